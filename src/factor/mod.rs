//! From many hosts to what they share: modules, options and small host files.
//!
//! In: the translated hosts of a fleet with their origins, and the syntax trees behind them. Out: Nix expressions over
//! options that give each host's values again.
