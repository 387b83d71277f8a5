export { HeldBar } from "./HeldBar";
export { People, PeopleAt } from "./People";
export { useHolder, usePresence, wrote } from "./usePresence";
