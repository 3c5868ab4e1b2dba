#pragma once
/// \file
/// The lines that the benchmark prints, and what they come to.

#include <cstdio>
#include <string>

namespace pantile::bench {

/// Prints lines like "complex, f64, in device memory   61.2 Gpx/s   reach 50: met   88 % of …", and
/// counts the figures that do not reach what they are to, and those that say nothing.
class Table {
 public:
  void line(const std::string& what, const std::string& got, const std::string& reach = {},
            const std::string& beside = {}) const {
    std::printf("%-44s %-18s %-26s %s\n", what.c_str(), got.c_str(), reach.c_str(), beside.c_str());
    std::fflush(stdout);
  }

  /// "reach 50: met"; to be printed once.
  std::string at_least(double reach, double got) { return verdict(reach, got >= reach); }
  /// "at most 5: met".
  std::string at_most(double limit, double got) {
    return "at most" + verdict(limit, got <= limit).substr(5);
  }

  /// What stands for a verdict where encoding was the limit; to be printed once.
  std::string not_judged() {
    ++not_judged_;
    return "not judged: encoding binds";
  }

  int missed() const { return missed_; }
  int not_judged_count() const { return not_judged_; }

 private:
  std::string verdict(double reach, bool met) {
    if (!met) ++missed_;
    char text[64];
    std::snprintf(text, sizeof text, "reach %g: %s", reach, met ? "met" : "MISSED");
    return text;
  }
  int missed_ = 0, not_judged_ = 0;
};

}  // namespace pantile::bench
