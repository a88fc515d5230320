import type { Router } from "express";

/** Routers inside the path of `routes/admin.ts`. Each guards its own routes. An add-on appends its own. */
export const adminAddOnRouters: Router[] = [];
