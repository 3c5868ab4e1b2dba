#include "ops/proof/stored_range.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace pantile::proof {
namespace {

using Channels = std::array<double, 3>;

Channels channels_of(Rgb8 colour) {
  return {static_cast<double>(colour.r), static_cast<double>(colour.g),
          static_cast<double>(colour.b)};
}

// Largest errors of a level on its way through ColourMapper, in levels: the anchored sum is rounded
// to 24 (8) bits after the point, as is the table of a + ½; the product is smaller than 255.
constexpr double kMappedError64 = 0x1p-24 + 0x1p-40, kMappedError32 = 0x1p-8 + 0x1p-14;
constexpr double kDirectError64 = 0x1p-25 + 0x1p-44, kDirectError32 = 0x1p-9 + 0x1p-16;

}  // namespace

bool StoredRange::decided() const {
  if (maybe_nan) return !has_real;
  for (std::size_t c = 0; c < static_cast<std::size_t>(channels); ++c) {
    if (lo[c] != hi[c]) return false;
  }
  return true;
}

bool StoredRange::contains(const Channels& pixel) const {
  if (std::isnan(pixel[0])) return maybe_nan;
  if (!has_real) return false;
  for (std::size_t c = 0; c < static_cast<std::size_t>(channels); ++c) {
    if (pixel[c] < lo[c] || pixel[c] > hi[c]) return false;
  }
  return true;
}

void StoredRange::join(const Channels& low, const Channels& high) {
  for (std::size_t c = 0; c < static_cast<std::size_t>(channels); ++c) {
    lo[c] = has_real ? std::min(lo[c], low[c]) : low[c];
    hi[c] = has_real ? std::max(hi[c], high[c]) : high[c];
  }
  has_real = true;
}

StoredMath::StoredMath(const formula::FormulaImage& image, IntervalMath& math)
    : image_(image),
      map_(*find_colormap(image.colormap)),
      math_(math),
      single_(image.precision == Precision::f32),
      lo_(math.bits()),
      hi_(math.bits()),
      range_(math.bits()),
      above_(math.bits()),
      per_value_(math.bits()),
      position_(math.bits()),
      u_(math.bits()),
      v_(math.bits()) {
  lo_.set(image.lo);
  hi_.set(image.hi);
  math_.sub(hi_, lo_, range_);
  math_.widen(lo_, 0.5);  // it is rounded to the job's number type
}

// (value - lo) * steps / (hi - lo).
void StoredMath::spread(const Enclosure& value, double steps, Enclosure& out) {
  Enclosure count(math_.bits());
  count.set(steps);
  math_.div(count, range_, per_value_);
  math_.widen(per_value_, 2);  // the width, the quotient and the number type round once each
  math_.sub(value, lo_, above_);
  math_.widen(above_, 0.5);
  math_.mul(above_, per_value_, out);
  math_.widen(out, 0.5);
}

// The level of every channel at a position on the map, both roundings.
void StoredMath::add_levels(mpfr_srcptr position, Channels& low, Channels& high) {
  const int last = map_.stop_count() - 2;
  const int k = std::clamp(static_cast<int>(mpfr_get_si(position, MPFR_RNDD)), 0, last);
  for (int c = 0; c < 3; ++c) {
    const auto stop = [&](int which) {  // ten-thousandths
      return map_.stops[static_cast<std::size_t>(3 * which + c)];
    };
    const int from = stop(k), rise = stop(k + 1) - from;
    const auto level = [&](mpfr_rnd_t rounding, double error) {
      mpfr_sub_si(u_, position, k, rounding);  // exact
      mpfr_mul_si(u_, u_, rise, rounding);
      mpfr_add_si(u_, u_, from + 5000, rounding);  // with the half that rounds
      mpfr_div_ui(u_, u_, 10000, rounding);
      if (error != 0) mpfr_add_d(u_, u_, error, rounding);
      return whole(u_, rounding, 255);
    };
    const double error = !math_.has_model() ? 0 : single_ ? kMappedError32 : kMappedError64;
    const auto channel = static_cast<std::size_t>(c);
    low[channel] = std::min(low[channel], level(MPFR_RNDD, -error));
    high[channel] = std::max(high[channel], level(MPFR_RNDU, error));
  }
}

// The whole part, within [0, most].
double StoredMath::whole(mpfr_srcptr value, mpfr_rnd_t rounding, double most) {
  mpfr_rint_floor(v_, value, rounding);
  return std::clamp(mpfr_get_d(v_, rounding), 0.0, most);
}

StoredRange StoredMath::mapped_colour(const Enclosure& value) {
  StoredRange stored{.channels = 3, .has_real = false};
  const auto add = [&](Rgb8 colour) { stored.join(channels_of(colour), channels_of(colour)); };
  if (value.maybe_nan) add(image_.nan);
  if (!value.has_real) return stored;
  if (mpfr_inf_p(value.lo) && mpfr_sgn(value.lo) < 0) add(image_.neg_inf);
  if (mpfr_inf_p(value.hi) && mpfr_sgn(value.hi) > 0) add(image_.pos_inf);
  if (mpfr_inf_p(value.lo) && mpfr_equal_p(value.lo, value.hi)) return stored;  // no finite one

  spread(value, map_.stop_count() - 1, position_);
  const long last = map_.stop_count() - 1;
  for (const mpfr_ptr end :
       {static_cast<mpfr_ptr>(position_.lo), static_cast<mpfr_ptr>(position_.hi)}) {
    if (mpfr_sgn(end) < 0) mpfr_set_zero(end, 1);
    if (mpfr_cmp_si(end, last) > 0) mpfr_set_si(end, last, MPFR_RNDN);
  }
  Channels low{255, 255, 255}, high{0, 0, 0};
  add_levels(position_.lo, low, high);
  add_levels(position_.hi, low, high);
  // Between stops a level rises or falls: it is largest and least at the ends and the stops.
  const long end = mpfr_get_si(position_.hi, MPFR_RNDD);
  Real stop(math_.bits());
  for (long k = mpfr_get_si(position_.lo, MPFR_RNDD) + 1; k <= end; ++k) {
    mpfr_set_si(stop, k, MPFR_RNDN);
    add_levels(stop, low, high);
  }
  stored.join(low, high);
  return stored;
}

StoredRange StoredMath::direct_colour(const Enclosure& r, const Enclosure& g, const Enclosure& b) {
  StoredRange stored{.channels = 3, .has_real = false};
  if (r.maybe_nan || g.maybe_nan || b.maybe_nan) {
    stored.join(channels_of(image_.nan), channels_of(image_.nan));
  }
  if (!r.has_real || !g.has_real || !b.has_real) return stored;
  const double error = !math_.has_model() ? 0 : single_ ? kDirectError32 : kDirectError64;
  const auto level = [&](mpfr_srcptr value, mpfr_rnd_t rounding, double by) {
    if (mpfr_sgn(value) <= 0) return 0.0;
    if (mpfr_cmp_ui(value, 1) >= 0) return 255.0;
    mpfr_mul_ui(u_, value, 255, rounding);
    mpfr_add_d(u_, u_, 0.5 + by, rounding);
    return whole(u_, rounding, 255);
  };
  Channels low{}, high{};
  std::size_t c = 0;
  for (const Enclosure* value : {&r, &g, &b}) {
    low[c] = level(value->lo, MPFR_RNDD, -error);
    high[c] = level(value->hi, MPFR_RNDU, error);
    ++c;
  }
  stored.join(low, high);
  return stored;
}

StoredRange StoredMath::number(const Enclosure& value) {
  StoredRange stored{.has_real = false};
  if (image_.output == formula::Output::value_f32) {
    stored.maybe_nan = value.maybe_nan;
    if (!value.has_real) return stored;
    stored.join({static_cast<double>(mpfr_get_flt(value.lo, MPFR_RNDN))},
                {static_cast<double>(mpfr_get_flt(value.hi, MPFR_RNDN))});
    return stored;
  }
  if (value.maybe_nan) stored.join({0}, {0});
  if (!value.has_real) return stored;
  Enclosure half(math_.bits()), code(math_.bits());
  half.set(0.5);
  spread(value, 65535, position_);
  math_.add(position_, half, code);
  math_.widen(code, 0.5);
  stored.join({whole(code.lo, MPFR_RNDD, 65535)}, {whole(code.hi, MPFR_RNDU, 65535)});
  return stored;
}

}  // namespace pantile::proof
