/**
 * Finds cycles in a graph, one for each group of nodes that reach each other.
 * @returns each as its nodes in order, the first one again at the end: `a b a`
 */
export function findCycles(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const cycles: string[][] = [];
  const done = new Set<string>();
  const open: string[] = [];
  const visit = (node: string): void => {
    const start = open.indexOf(node);
    if (start >= 0) cycles.push([...open.slice(start), node]);
    if (start >= 0 || done.has(node)) return;
    open.push(node);
    for (const next of edges.get(node) ?? []) visit(next);
    open.pop();
    done.add(node);
  };
  for (const node of edges.keys()) visit(node);
  return cycles;
}
