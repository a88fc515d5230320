import type { RequestHandler, Router } from "express";

/** What every request inside the module's path passes first. An add-on appends its own. */
export const firstHandlers: RequestHandler[] = [];

/** Routers inside the module's path, asked before its own routes. An add-on appends its own. */
export const addOnRouters: Router[] = [];
