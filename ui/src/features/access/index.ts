export { type Me, me, signIn, signInWays, signOut, useMe } from "./api";
