export { type BudgetReservation, Limits } from "./limits";
