#pragma once
/// \file
/// Jobs to validate, and sources that are broken on purpose.

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "ops/formula/compile.h"
#include "pipeline/validate/checks.h"

namespace pantile::validate {

using formula::FormulaImage;
using formula::FormulaSource;

inline formula::Program compiled(const std::string& text) {
  auto program = formula::compile(text, Precision::f64);
  EXPECT_TRUE(program.ok());
  return std::move(program).value();
}

inline FormulaImage image_of(std::int64_t width, std::int64_t height, double scale) {
  FormulaImage image;
  image.frame.width = width;
  image.frame.height = height;
  image.frame.scale = scale;
  return image;
}

/// A job's parts, kept alive for its subject.
struct Parts {
  Parts(const std::string& text, const FormulaImage& of, const std::string& rendered = "")
      : program(compiled(text)), other(compiled(rendered.empty() ? text : rendered)) {
    auto made = FormulaSource::make(other, of);
    EXPECT_TRUE(made.ok());
    source = std::move(made).value();
    ValidateOptions options;
    options.size = 300;
    options.samples = 400;
    auto found = make_subject(program, of, *source, 512, 2048, options);
    EXPECT_TRUE(found.ok());
    subject = std::move(found).value();
    subject.threads = 2;
  }
  formula::Program program, other;
  std::unique_ptr<FormulaSource> source;
  Subject subject;
};

inline ValidateCheck done(Result<ValidateCheck> check) {
  EXPECT_TRUE(check.ok()) << check.error().message();
  return std::move(check).value();
}

inline double number(const ValidateCheck& check, const std::string& key) {
  for (const auto& [name, value] : check.numbers) {
    if (name == key) return value;
  }
  ADD_FAILURE() << "no " << key;
  return -1;
}

/// A source whose reads go wrong in a way of choice.
class Broken : public TileSource {
 public:
  using Damage = std::function<void(const Region&, MutableView)>;
  /// `shift`: what is added to the rect that is asked for.
  Broken(std::shared_ptr<const TileSource> inner, Damage damage, std::int64_t shift_x = 0)
      : inner_(std::move(inner)), damage_(std::move(damage)), shift_x_(shift_x) {}
  const ImageSpec& spec() const override { return inner_->spec(); }
  Cost cost(const Region& region) const override { return inner_->cost(region); }
  Fingerprint fingerprint() const override { return inner_->fingerprint(); }
  Status read(const Region& region, MutableView out, ReadContext& ctx) const override {
    Region moved = region;
    const bool inside = region.rect.x1 + shift_x_ <= spec().levels[0].width;
    if (region.rect.x0 > 0 && inside) {
      moved.rect.x0 += shift_x_;
      moved.rect.x1 += shift_x_;
    }
    PANTILE_TRY(inner_->read(moved, out, ctx));
    damage_(region, out);
    return {};
  }

 private:
  std::shared_ptr<const TileSource> inner_;
  Damage damage_;
  std::int64_t shift_x_;
};

inline void nothing(const Region&, MutableView) {}

/// One level too much in the first column of whatever is read.
inline void brighten_first_column(const Region& region, MutableView out) {
  if (region.rect.x0 == 0) return;
  for (std::int64_t y = 0; y < out.height(); ++y) {
    std::byte* at = out.at(y, 0, 0);
    *at = std::byte(std::to_integer<int>(*at) ^ 8);
  }
}

}  // namespace pantile::validate
