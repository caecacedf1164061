import type { Layers } from './layers.ts'

/** Nodes of each column from top to bottom. */
export type Orders = Int32Array[]

/** Working state of one ordering; arrays are reused, nothing here leaves the ordering. */
export interface Work {
  readonly layers: Layers
  readonly orders: Orders
  /** Place of each node in its column. */
  readonly place: Int32Array
  /** Places of the neighbours of each node, ascending; rows as in `layers.left` and `layers.right`. */
  readonly leftPlaces: Int32Array
  readonly rightPlaces: Int32Array
}

export function newWork(layers: Layers): Work {
  return {
    layers, orders: [], place: new Int32Array(layers.count), leftPlaces: new Int32Array(layers.left.length), rightPlaces: new Int32Array(layers.right.length),
  }
}

export function setOrders(work: Work, orders: Orders): void {
  work.orders.length = 0
  for (const order of orders) {
    work.orders.push(order.slice())
    for (let at = 0; at < order.length; at += 1) work.place[order[at] as number] = at
  }
}

export function copyOf(orders: Orders): Orders {
  return orders.map((order) => order.slice())
}
