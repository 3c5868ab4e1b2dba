// The median of 3 × 3 and 5 × 5 samples by comparing and exchanging, over any lane type. Included
// into the namespace of each target, after its lanes, which have
//   V load(const T*), void store(V, T*), V least(V, V), V greatest(V, V), V number(V),
//   void load_pairs(const T*, V& first, V& second), void store_pairs(V first, V second, T*).

/// a ≤ b afterwards.
template <class Lane, class V> PANTILE_ROWS_FN void exchange(V& a, V& b) {
  const V low = Lane::least(a, b);
  b = Lane::greatest(a, b);
  a = low;
}

template <class Lane, class V> PANTILE_ROWS_FN void sort3(V& a, V& b, V& c) {
  exchange<Lane>(a, b);
  exchange<Lane>(b, c);
  exchange<Lane>(a, b);
}

/// Results that nobody asks for cost nothing: the compiler leaves them out.
template <class Lane, class V> PANTILE_ROWS_FN void sort5(V& a, V& b, V& c, V& d, V& e) {
  exchange<Lane>(a, b);
  exchange<Lane>(d, e);
  exchange<Lane>(c, e);
  exchange<Lane>(c, d);
  exchange<Lane>(b, e);
  exchange<Lane>(a, d);
  exchange<Lane>(a, c);
  exchange<Lane>(b, d);
  exchange<Lane>(b, c);
}

/// Of columns that are sorted each: rows[k] has the k-th least of every column.
template <class Lane, class T> PANTILE_ROWS_FN auto median_of_columns3(const T* const rows[3]) {
  auto least = Lane::load(rows[0]), middle = Lane::load(rows[1]), greatest = Lane::load(rows[2]);
  least = Lane::greatest(Lane::greatest(least, Lane::load(rows[0] + 1)), Lane::load(rows[0] + 2));
  auto b = Lane::load(rows[1] + 1), c = Lane::load(rows[1] + 2);
  sort3<Lane>(middle, b, c);
  greatest = Lane::least(Lane::least(greatest, Lane::load(rows[2] + 1)), Lane::load(rows[2] + 2));
  sort3<Lane>(least, b, greatest);
  return b;
}

/// Of two sorted pairs, the two in the middle.
template <class Lane, class V>
PANTILE_ROWS_FN void middle_of_pairs(V a0, V a1, V b0, V b1, V& low, V& high) {
  const V d = Lane::greatest(a0, b0), e = Lane::least(a1, b1);
  low = Lane::least(d, e);
  high = Lane::greatest(d, e);
}

/// Two sorted fives become a sorted ten (Batcher's odd-even merge).
template <class Lane, class V> PANTILE_ROWS_FN void merge5(const V* a, const V* b, V* out) {
  // The first, third and fifth of both.
  V d[6] = {a[0], a[4], b[0], b[4], a[2], b[2]};
  exchange<Lane>(d[0], d[2]);
  exchange<Lane>(d[1], d[3]);
  exchange<Lane>(d[1], d[2]);  // a0, a4, b0, b4: now d0 d1 d2 d3
  exchange<Lane>(d[4], d[5]);  // a2, b2
  out[0] = d[0];
  V v1 = d[4], v2 = d[1], v3 = d[5], v4 = d[2];
  exchange<Lane>(v1, v2);
  exchange<Lane>(v3, v4);
  const V v5 = d[3];
  // The second and fourth.
  V e[4] = {a[1], a[3], b[1], b[3]};
  exchange<Lane>(e[0], e[2]);
  exchange<Lane>(e[1], e[3]);
  exchange<Lane>(e[1], e[2]);
  exchange<Lane>(e[0], v1);
  exchange<Lane>(e[1], v2);
  exchange<Lane>(e[2], v3);
  exchange<Lane>(e[3], v4);
  out[1] = e[0], out[2] = v1, out[3] = e[1], out[4] = v2, out[5] = e[2], out[6] = v3;
  out[7] = e[3], out[8] = v4, out[9] = v5;
}

/// Of two sorted fives, those of rank 3 to 6 of the ten.
template <class Lane, class V>
PANTILE_ROWS_FN void middle_of_fives(const V* a, const V* b, V* out) {
  V d1, d2, e1, e2;
  middle_of_pairs<Lane>(a[0], a[4], b[0], b[4], d1, d2);
  const V low = Lane::least(a[2], b[2]), high = Lane::greatest(a[2], b[2]);
  V v2 = Lane::greatest(low, d1), v3 = Lane::least(high, d2);
  middle_of_pairs<Lane>(a[1], a[3], b[1], b[3], e1, e2);
  exchange<Lane>(e1, v2);
  exchange<Lane>(e2, v3);
  out[0] = e1, out[1] = v2, out[2] = e2, out[3] = v3;
}

/// Of two sorted tens, those of rank 7 to 12 of the twenty: with five more, others cannot be the
/// median.
template <class Lane, class V> PANTILE_ROWS_FN void middle_of_tens(const V* a, const V* b, V* out) {
  const V a_even[5] = {a[0], a[2], a[4], a[6], a[8]}, b_even[5] = {b[0], b[2], b[4], b[6], b[8]};
  const V a_odd[5] = {a[1], a[3], a[5], a[7], a[9]}, b_odd[5] = {b[1], b[3], b[5], b[7], b[9]};
  V d[4], e[4];
  middle_of_fives<Lane>(a_even, b_even, d);  // ranks 3 to 6; 4, 5 and 6 are needed
  middle_of_fives<Lane>(a_odd, b_odd, e);    // ranks 3 to 6; 3, 4 and 5 are needed
  for (int k = 0; k < 3; ++k) {
    out[2 * k] = Lane::least(e[k], d[k + 1]);
    out[2 * k + 1] = Lane::greatest(e[k], d[k + 1]);
  }
}

/// The middle one of a sorted six and a sorted five.
template <class Lane, class V> PANTILE_ROWS_FN V median_of_sorted(const V* six, const V* five) {
  V found = six[5];
  for (int k = 0; k < 5; ++k) {
    found = Lane::least(found, Lane::greatest(six[k], five[4 - k]));
  }
  return found;
}

/// Columns that are sorted before their rows are made, so that they stay in the nearest cache.
inline constexpr std::size_t kMedianColumns = 8 * kRowAlign;

template <class Lane, class T>
PANTILE_ROWS_FN void median3(const T* const* rows, T* out, std::size_t n) {
  T sorted[3][kMedianColumns + kRowAlign];
  const T* const of[3] = {sorted[0], sorted[1], sorted[2]};
  for (std::size_t x0 = 0; x0 < n; x0 += kMedianColumns) {
    const std::size_t count = n - x0 < kMedianColumns ? n - x0 : kMedianColumns;
    const std::size_t first = x0 - 1;  // (wraps round at 0, and back)
    for (std::size_t x = 0; x < count + kRowAlign; x += Lane::kCount) {
      auto a = Lane::number(Lane::load(rows[0] + first + x));
      auto b = Lane::number(Lane::load(rows[1] + first + x));
      auto c = Lane::number(Lane::load(rows[2] + first + x));
      sort3<Lane>(a, b, c);
      Lane::store(a, sorted[0] + x);
      Lane::store(b, sorted[1] + x);
      Lane::store(c, sorted[2] + x);
    }
    for (std::size_t x = 0; x < count; x += Lane::kCount) {
      const T* const at[3] = {of[0] + x, of[1] + x, of[2] + x};
      Lane::store(median_of_columns3<Lane>(at), out + x0 + x);
    }
  }
}

/// Columns in pairs: two neighbouring windows have four columns in common, whose middle is found
/// once, and then the median of it and of the fifth column of each.
template <class Lane, class T>
PANTILE_ROWS_FN void median5(const T* const* rows, T* out, std::size_t n) {
  using V = decltype(Lane::load(rows[0]));
  constexpr std::size_t kPairs = kMedianColumns / 2 + kRowAlign;
  // Sorted columns: the first and the second of each pair, and both together.
  T first[5][kPairs], second[5][kPairs], both[10][kPairs];
  // Vectors of pairs end beyond the row: its end is copied to where there is room.
  T ends[5][2 * kPairs], made[2 * kPairs];
  for (std::size_t x0 = 0; x0 < n; x0 += kMedianColumns) {
    const std::size_t count = n - x0 < kMedianColumns ? n - x0 : kMedianColumns;
    const T* from[5];
    const bool is_end = x0 + 2 * kPairs > n + kRowAlign;
    for (int k = 0; k < 5; ++k) {
      from[k] = rows[k] + x0 - 3;
      if (!is_end) continue;
      std::memcpy(ends[k], from[k], (count + 6) * sizeof(T));
      std::memset(ends[k] + count + 6, 0, (2 * kPairs - count - 6) * sizeof(T));
      from[k] = ends[k];
    }
    T* const to = is_end ? made : out + x0;
    for (std::size_t m = 0; m < count / 2 + kRowAlign / 2; m += Lane::kCount) {
      V a[5], b[5], ten[10];
      for (int k = 0; k < 5; ++k) {
        Lane::load_pairs(from[k] + 2 * m, a[k], b[k]);
        a[k] = Lane::number(a[k]);
        b[k] = Lane::number(b[k]);
      }
      sort5<Lane>(a[0], a[1], a[2], a[3], a[4]);
      sort5<Lane>(b[0], b[1], b[2], b[3], b[4]);
      merge5<Lane>(a, b, ten);
      for (int k = 0; k < 5; ++k) {
        Lane::store(a[k], first[k] + m);
        Lane::store(b[k], second[k] + m);
      }
      for (int k = 0; k < 10; ++k) Lane::store(ten[k], both[k] + m);
    }
    for (std::size_t m = 1; m < count / 2 + 1; m += Lane::kCount) {
      V left[10], right[10], middle[6], before[5], after[5];
      for (int k = 0; k < 10; ++k) {
        left[k] = Lane::load(both[k] + m);
        right[k] = Lane::load(both[k] + m + 1);
      }
      middle_of_tens<Lane>(left, right, middle);
      for (int k = 0; k < 5; ++k) {
        before[k] = Lane::load(second[k] + m - 1);
        after[k] = Lane::load(first[k] + m + 2);
      }
      Lane::store_pairs(median_of_sorted<Lane>(middle, before),
                        median_of_sorted<Lane>(middle, after), to + 2 * (m - 1));
    }
    if (is_end) std::memcpy(out + x0, made, count * sizeof(T));
  }
}
