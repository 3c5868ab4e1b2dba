// A job's bytes do not depend on the float environment of the thread that calls for it.
#include <cfenv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

#include "contract/temporary_folder.h"
#include "pantile/check.h"
#include "pantile/convert.h"
#include "pantile/preview.h"
#include "pantile/validate.h"
#include "pipeline/job_test_util.h"

namespace pantile::job_tests {
namespace {

namespace fs = std::filesystem;

/// Rounds upward, and flushes subnormals to zero where the machine can, until destroyed.
class OddEnvironment {
 public:
  OddEnvironment() {
    std::fegetenv(&before_);
    std::fesetround(FE_UPWARD);
#if defined(__SSE2__)
    _mm_setcsr(_mm_getcsr() | 0x8040);
#endif
  }
  ~OddEnvironment() { std::fesetenv(&before_); }

 private:
  std::fenv_t before_;
};

/// True in the environment that OddEnvironment makes: tests that nobody has put another in place.
bool is_odd() {
  volatile double third = 3, one = 1;
  volatile double up = one / third;
  return std::fegetround() == FE_UPWARD && up > 0.333333333333333314;
}

/// Path below `folder` -> bytes.
std::map<std::string, std::string> contents(const std::string& folder) {
  std::map<std::string, std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    found[fs::relative(entry.path(), folder)] = {std::istreambuf_iterator<char>(file), {}};
  }
  return found;
}

void expect_same_files(const std::string& a, const std::string& b, const std::string& what) {
  const auto x = contents(a), y = contents(b);
  ASSERT_FALSE(x.empty());
  EXPECT_EQ(x.size(), y.size());
  for (const auto& [name, bytes] : x) {
    EXPECT_TRUE(y.contains(name) && bytes == y.at(name)) << what << ": " << name;
  }
}

struct Case {
  const char* formula;
  StoreKind store;
  bool tiff;
};

TEST(FloatEnvironment, OfTheCallerChangesNoByte) {
  // Folded constants, percentiles, subnormal values, colours, previews, recoloured values.
  const Case cases[] = {
      {"sin(1/3*x) + exp(0.1)*cos(y/7) - sqrt(2)*x*y*1e-3", StoreKind::rgb8, true},
      {"x*1e-310 + 1e-40*y", StoreKind::value_f32, true},
      {"x*1e-301/3", StoreKind::value_u16, true},
      {"complex", StoreKind::rgb8, false},
  };
  const contract::TemporaryFolder folder;
  for (const Case& c : cases) {
    const auto make = [&](const std::string& name) {
      const std::string out = folder.path() + "/" + name + "/job";
      fs::remove_all(folder.path() + "/" + name);
      GenerateOptions options = small_job(out);
      options.formula = c.formula;
      options.store = c.store;
      options.tiff.enabled = c.tiff;
      options.previews = {{"", 97, 0}};
      expect_ok(run_generate(options, {}));
      PreviewOptions preview;
      preview.input = out;
      preview.width = 131;
      preview.output = folder.path() + "/" + name + "/small.png";
      if (c.store != StoreKind::rgb8) {
        preview.colour.range_lo = -0.1;
        preview.colour.range_hi = 0.3;
      }
      expect_ok(run_preview(preview, {}));
      ConvertOptions convert;
      convert.input = out;
      convert.colour = preview.colour;
      convert.output = folder.path() + "/" + name + "/converted.tiff";
      expect_ok(run_convert(convert, {}));
      const auto checked = run_check({out, false}, {});
      ASSERT_TRUE(checked.ok()) << checked.error().message();
      EXPECT_TRUE(checked->whole()) << checked->findings.front().text;
      options.validate.size = 64;
      options.validate.samples = 20;
      const auto valid = run_validate(options, {});
      ASSERT_TRUE(valid.ok()) << valid.error().message();
      EXPECT_TRUE(valid->status().ok()) << valid->status().error().message();
    };
    make("plain");
    {
      const OddEnvironment odd;
      make("odd");
      EXPECT_TRUE(is_odd()) << "the caller's environment is its own and comes back";
    }
    expect_same_files(folder.path() + "/plain", folder.path() + "/odd", c.formula);
  }
}

}  // namespace
}  // namespace pantile::job_tests
