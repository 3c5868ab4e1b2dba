#pragma once
/// \file
/// What a store may keep of a value that an enclosure holds.

#include <array>

#include "ops/formula/formula_source.h"
#include "ops/proof/interval_math.h"

namespace pantile::proof {

/// Least and largest stored number of each channel: 8-bit levels, 16-bit codes or floats.
struct StoredRange {
  int channels = 1;
  std::array<double, 3> lo{}, hi{};
  bool has_real = true;    ///< A number may be stored …
  bool maybe_nan = false;  ///< … or NaN (floats only; the others have numbers for it).

  /// Only one pixel is possible.
  bool decided() const;
  bool contains(const std::array<double, 3>& pixel) const;
  void join(const std::array<double, 3>& low, const std::array<double, 3>& high);
};

/// Values to stored numbers as ops/colormap defines them, over enclosures: exactly, or with the
/// errors of the job's arithmetic where `math` has a model. One object a thread.
class StoredMath {
 public:
  /// Both must outlive the object.
  StoredMath(const formula::FormulaImage& image, IntervalMath& math);

  /// Of one value through the colour map. rgb8 only.
  StoredRange mapped_colour(const Enclosure& value);
  /// Of three intensities in [0, 1]. rgb8 only.
  StoredRange direct_colour(const Enclosure& r, const Enclosure& g, const Enclosure& b);
  /// Of one value. value_u16 and value_f32 only.
  StoredRange number(const Enclosure& value);

 private:
  void spread(const Enclosure& value, double steps, Enclosure& out);
  void add_levels(mpfr_srcptr position, std::array<double, 3>& low, std::array<double, 3>& high);
  double whole(mpfr_srcptr value, mpfr_rnd_t rounding, double most);

  const formula::FormulaImage& image_;
  const Colormap& map_;
  IntervalMath& math_;
  bool single_;
  Enclosure lo_, hi_, range_, above_, per_value_, position_;
  Real u_, v_;
};

}  // namespace pantile::proof
