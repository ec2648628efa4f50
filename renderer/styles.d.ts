/** A style sheet that comes with the screens that are loaded later. */
declare module "*.css";
