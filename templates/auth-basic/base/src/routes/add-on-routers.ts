import type { RequestHandler, Router } from "express";

/** What every request inside the module's path passes first. An add-on appends its own. */
export const firstHandlers: RequestHandler[] = [];

/** Routers inside the module's path, asked before its own routes. An add-on appends its own. */
export const addOnRouters: Router[] = [];

/** What a request passes that no route of the module has answered, on its way back to the application. An add-on appends its own. */
export const lastHandlers: RequestHandler[] = [];
