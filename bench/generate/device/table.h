#pragma once
/// \file
/// The lines that the benchmark prints, and what they come to.

#include <algorithm>
#include <cstdio>
#include <map>
#include <string>

namespace pantile::bench {

/// Prints lines like "complex, f64, in device memory   61.2 Gpx/s   reach 50: met   88 % of …", and
/// counts the figures that do not reach what they are to. A figure that is taken in several places,
/// and may say nothing in some, has a name: it has to be judged once at least.
class Table {
 public:
  void line(const std::string& what, const std::string& got, const std::string& reach = {},
            const std::string& beside = {}) const {
    std::printf("%-44s %-18s %-26s %s\n", what.c_str(), got.c_str(), reach.c_str(), beside.c_str());
    std::fflush(stdout);
  }

  /// "reach 50: met"; to be printed once.
  std::string at_least(double reach, double got, const std::string& figure = {}) {
    if (!figure.empty()) is_judged_[figure] = true;
    return verdict(reach, got >= reach);
  }
  /// "at most 5: met".
  std::string at_most(double limit, double got, const std::string& figure = {}) {
    if (!figure.empty()) is_judged_[figure] = true;
    return "at most" + verdict(limit, got <= limit).substr(5);
  }

  /// What stands for a verdict where something else was the limit: "not judged: encoding binds".
  std::string not_judged(const std::string& figure, const std::string& why) {
    is_judged_.try_emplace(figure, false);
    return "not judged: " + why;
  }

  /// "1 figure missed; never judged: the GPU's loss".
  std::string sum() const {
    std::string text =
        std::to_string(missed_) + (missed_ == 1 ? " figure" : " figures") + " missed";
    const char* before = "; never judged: ";
    for (const auto& [figure, is_judged] : is_judged_) {
      if (is_judged) continue;
      text += before + figure;
      before = ", ";
    }
    return text;
  }
  /// Every figure was judged, and reaches what it is to.
  bool is_good() const {
    return missed_ == 0 && std::ranges::all_of(is_judged_, [](const auto& f) { return f.second; });
  }

 private:
  std::string verdict(double reach, bool met) {
    if (!met) ++missed_;
    char text[64];
    std::snprintf(text, sizeof text, "reach %g: %s", reach, met ? "met" : "MISSED");
    return text;
  }
  int missed_ = 0;
  std::map<std::string, bool> is_judged_;
};

}  // namespace pantile::bench
