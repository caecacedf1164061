export type { RouteAnswer, RouteDependency, RouteStep } from './answer.ts'
export { presentRoute } from './present.ts'
export { prepareRouter, routeRequest, type RouteOptions, type Router } from './route.ts'
