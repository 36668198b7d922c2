//! The order in which things that read one another are checked, and the circles among them.

/// Strongly connected components (Tarjan), without recursion so that a long chain cannot exhaust the stack.
///
/// `edges[n]` are the nodes that `n` reads. The components come in an order in which each stands after those that it reads; nodes
/// of a component in the order of their numbers.
pub(crate) fn components(edges: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut search = Search {
        edges,
        order: vec![None; edges.len()],
        low: vec![0; edges.len()],
        on_stack: vec![false; edges.len()],
        stack: Vec::new(),
        visited: 0,
        found: Vec::new(),
    };
    for node in 0..edges.len() {
        if search.order.get(node).is_some_and(Option::is_none) {
            search.from(node);
        }
    }
    search.found
}

/// A shortest circle through the first node of a component, each node reading the next; `None` where there is none.
pub(crate) fn circle(component: &[usize], edges: &[Vec<usize>]) -> Option<Vec<usize>> {
    let first = *component.first()?;
    let reads = |node: usize| edges.get(node).map(Vec::as_slice).unwrap_or_default();
    let inside: rustc_hash::FxHashSet<usize> = component.iter().copied().collect();
    let mut came_from: rustc_hash::FxHashMap<usize, usize> = rustc_hash::FxHashMap::default();
    let mut queue = std::collections::VecDeque::from([first]);
    while let Some(node) = queue.pop_front() {
        for next in reads(node).iter().copied().filter(|next| inside.contains(next)) {
            if next == first {
                let mut path = vec![node];
                while let Some(before) = path.last().and_then(|last| came_from.get(last)) {
                    path.push(*before);
                }
                path.reverse();
                return Some(path);
            }
            if next != first && !came_from.contains_key(&next) {
                came_from.insert(next, node);
                queue.push_back(next);
            }
        }
    }
    None
}

struct Search<'e> {
    edges: &'e [Vec<usize>],
    order: Vec<Option<usize>>,
    low: Vec<usize>,
    on_stack: Vec<bool>,
    stack: Vec<usize>,
    visited: usize,
    found: Vec<Vec<usize>>,
}

impl Search<'_> {
    fn from(&mut self, root: usize) {
        let mut path = vec![(root, 0)];
        self.open(root);
        while let Some((node, at)) = path.last_mut() {
            let node = *node;
            let next = self.edges.get(node).and_then(|reads| reads.get(*at)).copied();
            *at += 1;
            match next {
                Some(next) if next >= self.order.len() => {}
                Some(next) => match self.order.get(next).copied().flatten() {
                    None => {
                        self.open(next);
                        path.push((next, 0));
                    }
                    Some(order) if self.on_stack.get(next) == Some(&true) => self.lower(node, order),
                    Some(_) => {}
                },
                None => {
                    path.pop();
                    let low = self.low.get(node).copied().unwrap_or_default();
                    if let Some((parent, _)) = path.last() {
                        self.lower(*parent, low);
                    }
                    self.close(node, low);
                }
            }
        }
    }

    fn open(&mut self, node: usize) {
        set(&mut self.order, node, Some(self.visited));
        set(&mut self.low, node, self.visited);
        set(&mut self.on_stack, node, true);
        self.stack.push(node);
        self.visited += 1;
    }

    fn lower(&mut self, node: usize, to: usize) {
        if let Some(low) = self.low.get_mut(node) {
            *low = (*low).min(to);
        }
    }

    fn close(&mut self, node: usize, low: usize) {
        if self.order.get(node).copied().flatten() != Some(low) {
            return;
        }
        let mut component = Vec::new();
        while let Some(member) = self.stack.pop() {
            set(&mut self.on_stack, member, false);
            component.push(member);
            if member == node {
                break;
            }
        }
        component.sort_unstable();
        self.found.push(component);
    }
}

fn set<T>(list: &mut [T], at: usize, value: T) {
    if let Some(place) = list.get_mut(at) {
        *place = value;
    }
}

#[cfg(test)]
mod tests {
    use super::{circle, components};

    #[test]
    fn what_is_read_comes_first() {
        let edges = vec![vec![1, 2], vec![2], vec![], vec![0]];
        assert_eq!(components(&edges), vec![vec![2], vec![1], vec![0], vec![3]]);
    }

    #[test]
    fn circles_are_found_and_shown_shortest() {
        let edges = vec![vec![1], vec![2], vec![0, 1], vec![3], vec![]];
        let found = components(&edges);
        assert_eq!(found, vec![vec![0, 1, 2], vec![3], vec![4]]);
        assert_eq!(circle(&[0, 1, 2], &edges), Some(vec![0, 1, 2]));
        assert_eq!(circle(&[3], &edges), Some(vec![3]));
        assert_eq!(circle(&[4], &edges), None);
    }

    #[test]
    fn a_chain_of_a_hundred_thousand_needs_no_stack() {
        let edges: Vec<Vec<usize>> =
            (0..100_000).map(|node| if node == 0 { vec![] } else { vec![node - 1] }).collect();
        assert_eq!(components(&edges).len(), 100_000);
    }
}
