//! The hash tables of all stages: the standard ones and those that keep the order of insertion, with one hasher.
//!
//! Names of types, parameters and variables are short and are hashed all the time; foldhash is several times as fast
//! for them as the standard library's SipHash. It is seeded anew in each process, so that nobody can choose keys that
//! collide.

/// Makes the hashers.
pub type Hashes = foldhash::fast::RandomState;

/// A hash table.
pub type HashMap<K, V> = std::collections::HashMap<K, V, Hashes>;

/// A set of what can be hashed.
pub type HashSet<T> = std::collections::HashSet<T, Hashes>;

/// A hash table in order of insertion.
pub type IndexMap<K, V> = indexmap::IndexMap<K, V, Hashes>;

/// A set in order of insertion.
pub type IndexSet<T> = indexmap::IndexSet<T, Hashes>;
