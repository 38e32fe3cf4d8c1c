const OF_THE_DESK = new Set(["ada", "grace"]);

export const isCustomer = (name: string | undefined): boolean => name !== undefined && OF_THE_DESK.has(name);
