import type { Router } from "express";

/** Routers inside the module's path, asked before its own routes. An add-on appends its own. */
export const addOnRouters: Router[] = [];
