// The median of 3 × 3 and 5 × 5 samples by comparing and exchanging, over any lane type. Included
// into the namespace of each target, after its lanes, which have
//   V load(const T*), void store(V, T*), V least(V, V), V greatest(V, V), V number(V).

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

/// The least of the first `n` goes to v[0], the greatest to v[n − 1].
template <int n, class Lane, class V> PANTILE_ROWS_FN void part_extremes(V* v) {
  if constexpr (n >= 2) exchange<Lane>(v[0], v[n - 1]);
  if constexpr (n >= 4) exchange<Lane>(v[1], v[n - 2]);
  if constexpr (n >= 6) exchange<Lane>(v[2], v[n - 3]);
  if constexpr (n >= 8) exchange<Lane>(v[3], v[n - 4]);
  if constexpr (n >= 3) exchange<Lane>(v[0], v[1]);
  if constexpr (n >= 5) exchange<Lane>(v[0], v[2]);
  if constexpr (n >= 7) exchange<Lane>(v[0], v[3]);
  if constexpr (n >= 3) exchange<Lane>(v[n - 2], v[n - 1]);
  if constexpr (n >= 5) exchange<Lane>(v[n - 3], v[n - 1]);
  if constexpr (n >= 7) exchange<Lane>(v[n - 4], v[n - 1]);
}

/// When rows are sorted as well, 13 of the 25 can still be the median: of the others at least 13
/// are not less, or not greater. It is the median of those 13: of eight the least and the greatest
/// go, another comes in, and so on.
template <class Lane, class T> PANTILE_ROWS_FN auto median_of_columns5(const T* const rows[5]) {
  using V = decltype(Lane::load(rows[0]));
  V v[8], more[5], a, b, c, d, e;
  const auto row = [&](int k) PANTILE_ROWS_LAMBDA {
    a = Lane::load(rows[k]);
    b = Lane::load(rows[k] + 1);
    c = Lane::load(rows[k] + 2);
    d = Lane::load(rows[k] + 3);
    e = Lane::load(rows[k] + 4);
    sort5<Lane>(a, b, c, d, e);
  };
  row(0);
  v[0] = d, v[1] = e;
  row(1);
  v[2] = c, v[3] = d, v[4] = e;
  row(2);
  v[5] = b, v[6] = c, v[7] = d;
  row(3);
  more[0] = a, more[1] = b, more[2] = c;
  row(4);
  more[3] = a, more[4] = b;
  part_extremes<8, Lane>(v);
  v[0] = more[0];
  part_extremes<7, Lane>(v);
  v[0] = more[1];
  part_extremes<6, Lane>(v);
  v[0] = more[2];
  part_extremes<5, Lane>(v);
  v[0] = more[3];
  part_extremes<4, Lane>(v);
  v[0] = more[4];
  part_extremes<3, Lane>(v);
  return v[1];
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

template <class Lane, class T>
PANTILE_ROWS_FN void median5(const T* const* rows, T* out, std::size_t n) {
  T sorted[5][kMedianColumns + kRowAlign];
  for (std::size_t x0 = 0; x0 < n; x0 += kMedianColumns) {
    const std::size_t count = n - x0 < kMedianColumns ? n - x0 : kMedianColumns;
    const std::size_t first = x0 - 2;
    for (std::size_t x = 0; x < count + kRowAlign; x += Lane::kCount) {
      auto a = Lane::number(Lane::load(rows[0] + first + x));
      auto b = Lane::number(Lane::load(rows[1] + first + x));
      auto c = Lane::number(Lane::load(rows[2] + first + x));
      auto d = Lane::number(Lane::load(rows[3] + first + x));
      auto e = Lane::number(Lane::load(rows[4] + first + x));
      sort5<Lane>(a, b, c, d, e);
      Lane::store(a, sorted[0] + x);
      Lane::store(b, sorted[1] + x);
      Lane::store(c, sorted[2] + x);
      Lane::store(d, sorted[3] + x);
      Lane::store(e, sorted[4] + x);
    }
    for (std::size_t x = 0; x < count; x += Lane::kCount) {
      const T* const at[5] = {sorted[0] + x, sorted[1] + x, sorted[2] + x, sorted[3] + x,
                              sorted[4] + x};
      Lane::store(median_of_columns5<Lane>(at), out + x0 + x);
    }
  }
}
