//! What a misspelt name may have meant.
//!
//! In: a name that is not known, and those that are. Out: the nearest ones, for "did you mean".

/// Returns the known name that is closest to a misspelt one, if one is close.
#[must_use]
pub fn closest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let length = name.chars().count();
    let limit = (length / 3).clamp(1, 3);
    // the distance is the difference in length at least
    let near = known.filter(|other| *other != name && other.chars().count().abs_diff(length) <= limit);
    let scored = near.map(|other| (distance(name, other), other));
    scored
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, other)| other)
}

/// Returns Levenshtein's distance in characters: how many are inserted, left out or replaced.
#[must_use]
pub fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cell, y) in row.iter_mut().skip(1).zip(&b) {
            let up = *cell;
            let cost = usize::from(x != *y);
            left = (left + 1).min(up + 1).min(diagonal + cost);
            diagonal = up;
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_names_find_their_neighbour() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(closest("servies", ["services", "server", "x"].into_iter()), Some("services"));
        assert_eq!(closest("foo", ["barbaz"].into_iter()), None);
    }
}
