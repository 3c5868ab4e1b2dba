#include "ops/proof/pixel_prover.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace pantile::proof {

using formula::Frame;
using formula::Step;
using math::Binary;
using math::Ternary;
using math::Unary;

struct PixelProver::Level {
  Level(const formula::Program& program, const formula::FormulaImage& image, mpfr_prec_t bits,
        std::optional<Precision> model)
      : enclosure(program, bits, model), stored(image, enclosure.math()) {}
  ProgramEnclosure enclosure;
  StoredMath stored;
};

/// Adds up the samples of a pixel as SampleEngine does.
struct PixelProver::Tally {
  Tally(Level& on, const formula::Program& formula, const formula::FormulaImage& of)
      : level(on),
        program(formula),
        image(of),
        samples(of.frame.samples),
        sum(on.enclosure.math().bits()),
        next(on.enclosure.math().bits()) {
    sum.set(0);
    colours.channels = 3;
  }

  StoredRange sample() const {
    const ProgramEnclosure& e = level.enclosure;
    if (program.is_colour()) {
      return level.stored.direct_colour(e.output(0), e.output(1), e.output(2));
    }
    if (image.output == formula::Output::rgb8) return level.stored.mapped_colour(e.output(0));
    return level.stored.number(e.output(0));
  }

  void add() {
    if (samples == 1) return;
    if (image.output == formula::Output::rgb8) {
      const StoredRange one = sample();
      for (std::size_t c = 0; c < 3; ++c) {
        colours.lo[c] += one.lo[c];
        colours.hi[c] += one.hi[c];
      }
      return;
    }
    const Enclosure& value = level.enclosure.output(0);
    if (!value.has_real) return;  // NaN is left out
    if (value.maybe_nan) unknown = true;
    IntervalMath& math = level.enclosure.math();
    math.add(sum, value, next);
    if (math.has_model()) math.widen(next, 0.5, Precision::f64);
    sum.set(next);
    ++count;
  }

  StoredRange finish() {
    if (samples == 1) return sample();
    if (image.output == formula::Output::rgb8) {
      const int all = samples * samples;
      const auto mean = [&](double total) { return std::floor((total + all / 2) / all); };
      for (std::size_t c = 0; c < 3; ++c) {
        colours.lo[c] = mean(colours.lo[c]);
        colours.hi[c] = mean(colours.hi[c]);
      }
      return colours;
    }
    IntervalMath& math = level.enclosure.math();
    if (unknown) {
      next.set_anything();
    } else if (count == 0) {
      next.set_nan();
    } else {
      Enclosure divisor(math.bits());
      divisor.set(count);
      math.div(sum, divisor, next);
      if (math.has_model()) math.widen(next, 0.5, Precision::f64);
      if (image.precision == Precision::f32) math.widen(next, 0.5);
    }
    return level.stored.number(next);
  }

  Level& level;
  const formula::Program& program;
  const formula::FormulaImage& image;
  int samples, count = 0;
  bool unknown = false;
  Enclosure sum, next;
  StoredRange colours;
};

PixelProver::PixelProver(const formula::Program& program, const formula::FormulaImage& image)
    : program_(program),
      image_(image),
      model_(std::make_unique<Level>(program, image, kFirstBits, image.precision)),
      values_(program.steps.size()) {}

PixelProver::~PixelProver() = default;

std::int64_t prover_memory_bytes(const formula::Program& program) {
  // Two ends a step, at each precision; MPFR's own temporaries and constants besides.
  constexpr std::int64_t kRealBytes = 64, kOwnBytes = std::int64_t{1} << 20;
  std::int64_t bytes_a_step = 2 * (kRealBytes + kFirstBits / 8);  // the model
  for (mpfr_prec_t bits = kFirstBits; bits <= kMostBits; bits *= 2) {
    bytes_a_step += 2 * (kRealBytes + bits / 8);
  }
  return kOwnBytes + static_cast<std::int64_t>(program.steps.size()) * bytes_a_step;
}

PixelProver::Level& PixelProver::level(std::size_t k) {
  while (levels_.size() <= k) {
    const mpfr_prec_t bits = kFirstBits << levels_.size();
    levels_.push_back(std::make_unique<Level>(program_, image_, bits, std::nullopt));
  }
  return *levels_[k];
}

// As SampleEngine::fill_axis.
PointInputs PixelProver::inputs_of(std::int64_t sample_x, std::int64_t sample_y) const {
  const Frame& frame = image_.frame;
  const auto i = static_cast<double>(sample_x / frame.samples);
  const auto j = static_cast<double>(sample_y / frame.samples);
  PointInputs inputs{formula::x_of(sample_x, frame),
                     formula::y_of(sample_y, frame),
                     i,
                     j,
                     (i + 0.5) / static_cast<double>(frame.width),
                     (j + 0.5) / static_cast<double>(frame.height)};
  if (image_.precision == Precision::f32) {
    for (double& input : inputs) input = static_cast<double>(static_cast<float>(input));
  }
  return inputs;
}

// Every step in plain code of the job's number type: the bits that the job computes.
void PixelProver::compute(const PointInputs& inputs) {
  const auto all = [&]<class T>(T) {
    const auto value = [&](std::int32_t k) {
      return static_cast<T>(values_[static_cast<std::size_t>(k)]);
    };
    for (std::size_t s = 0; s < program_.steps.size(); ++s) {
      const Step& step = program_.steps[s];
      values_[s] = std::visit(
          [&](const auto& op) -> double {
            using Op = std::decay_t<decltype(op)>;
            if constexpr (std::is_same_v<Op, double>) return op;
            if constexpr (std::is_same_v<Op, formula::Input>) {
              return inputs[static_cast<std::size_t>(op)];
            }
            if constexpr (std::is_same_v<Op, Unary>) return math::evaluate<T>(op, value(step.a));
            if constexpr (std::is_same_v<Op, Binary>) {
              return math::evaluate<T>(op, value(step.a), value(step.b));
            }
            if constexpr (std::is_same_v<Op, Ternary>) {
              return math::evaluate<T>(op, value(step.a), value(step.b), value(step.c));
            }
          },
          step.op);
    }
  };
  image_.precision == Precision::f64 ? all(double{}) : all(float{});
}

// Computed outputs against the exact ones and the bound.
void PixelProver::compare(const ProgramEnclosure& exact) {
  for (std::size_t k = 0; k < program_.outputs.size(); ++k) {
    const Enclosure& truth = exact.output(k);
    const Enclosure& bound = model_->enclosure.output(k);
    const double value = values_[static_cast<std::size_t>(program_.outputs[k])];
    if (!bound.contains(value)) verdict_.values_within = false;
    if (!std::isfinite(value) || truth.maybe_nan || !truth.is_bounded()) continue;
    Real distance(64), most(64);
    mpfr_d_sub(distance, value, truth.lo, MPFR_RNDN);
    mpfr_abs(distance, distance, MPFR_RNDN);
    const double error = mpfr_get_d(distance, MPFR_RNDN);
    mpfr_sub(distance, bound.hi, truth.lo, MPFR_RNDU);
    mpfr_sub(most, truth.hi, bound.lo, MPFR_RNDU);
    mpfr_max(most, most, distance, MPFR_RNDU);
    verdict_.error = std::max(verdict_.error, error);
    const double bound_size = mpfr_get_d(most, MPFR_RNDU);
    if (bound_size > 0) {
      verdict_.share_of_bound = std::max(verdict_.share_of_bound, error / bound_size);
    }
  }
}

void PixelProver::measure(Level& level, std::int64_t x, std::int64_t y) {
  verdict_ = Verdict{};
  verdict_.bits = level.enclosure.math().bits();
  Tally exact(level, program_, image_), model(*model_, program_, image_);
  const std::int64_t n = image_.frame.samples;
  for (std::int64_t row = 0; row < n; ++row) {
    for (std::int64_t column = 0; column < n; ++column) {
      const PointInputs inputs = inputs_of(x * n + column, y * n + row);
      level.enclosure.evaluate(inputs);
      model_->enclosure.evaluate(inputs);
      compute(inputs);
      compare(level.enclosure);
      exact.add();
      model.add();
    }
  }
  exact_range_ = exact.finish();
  model_range_ = model.finish();
}

Verdict PixelProver::prove(std::int64_t x, std::int64_t y, const StoredPixel& stored) {
  measure(level(0), x, y);
  for (std::size_t k = 1; !exact_range_.decided() && kFirstBits << k <= kMostBits; ++k) {
    measure(level(k), x, y);
  }
  verdict_.exact = exact_range_;
  verdict_.possible = model_range_;
  if (exact_range_.contains(stored)) {
    verdict_.outcome = exact_range_.decided() ? Outcome::same : Outcome::undecided;
  } else {
    const bool possible = !model_range_.decided() && model_range_.contains(stored);
    verdict_.outcome = possible ? Outcome::within : Outcome::beyond;
  }
  return verdict_;
}

}  // namespace pantile::proof
