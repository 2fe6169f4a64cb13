//! What stands too close together to be told apart becomes one heap with a count.

/// Neighbours drawn as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Heap<T> {
    /// Where its first one stands, in pixels.
    pub(super) x: u32,
    /// At least one, in order.
    pub(super) members: Vec<T>,
}

/// Heaps of what stands in order of `x`, each of which begins at least `apart` pixels after the one before. In a width
/// of `w` pixels that makes at most `w / apart + 1`.
pub(super) fn heaps<T>(members: impl IntoIterator<Item = (u32, T)>, apart: u32) -> Vec<Heap<T>> {
    let mut heaps: Vec<Heap<T>> = Vec::new();
    for (x, member) in members {
        match heaps.last_mut() {
            Some(heap) if x.saturating_sub(heap.x) < apart => heap.members.push(member),
            _ => heaps.push(Heap { x, members: vec![member] }),
        }
    }
    heaps
}
