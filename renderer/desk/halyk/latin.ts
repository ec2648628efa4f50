import { toLatin } from "../../../contract/latin.ts";

/** The bank takes no longer name. */
export const NAME_LENGTH = 25;

/** The shop's name as the bank will see it, whole: it is cut at 25 letters. Empty where nothing has a Latin form. */
export const latinName = (typed: string, merchant: string): string => toLatin(typed) || toLatin(merchant);
