/** What a box stands for; it decides the colour. */
export type BoxKind = "agent" | "layer" | "service" | "destination" | "danger" | "nothing";

/** One box of a drawing; the first line is its title. */
export interface Box {
  readonly id: string;
  readonly kind: BoxKind;
  readonly lines: readonly string[];
}

/** `asks` for what is not the traffic itself, `danger` for a way around inspection, `stopped` for one that ends. */
export type ArrowKind = "reaches" | "asks" | "danger" | "stopped";

export interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly kind: ArrowKind;
  readonly label?: string;
}

/** A frame around boxes: a stack, or a cell in it. */
export interface Group {
  readonly title: string;
  readonly boxes: readonly Box[];
  readonly groups: readonly Group[];
}

/** Stacks as boxes and arrows, from agents on the left to what they reach on the right. Neutral to how it is drawn. */
export interface Drawing {
  readonly stacks: readonly Group[];
  readonly arrows: readonly Arrow[];
}

/** Every box of a group and of those in it. */
export const boxesOf = (group: Group): Box[] => [...group.boxes, ...group.groups.flatMap(boxesOf)];
