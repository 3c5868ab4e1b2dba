#pragma once
/// \file
/// The lines that the benchmark prints.

#include <cstdio>
#include <string>

namespace pantile::bench {

/// "complex, f64, in device memory   61.2 Gpx/s   reach 50: met   88 % of …".
inline void print_line(const std::string& what, const std::string& got, const std::string& reach,
                       const std::string& beside) {
  std::printf("%-44s %-18s %-22s %s\n", what.c_str(), got.c_str(), reach.c_str(), beside.c_str());
  std::fflush(stdout);
}

/// "reach 50: met".
inline std::string against(double got, double reach) {
  char text[64];
  std::snprintf(text, sizeof text, "reach %g: %s", reach, got >= reach ? "met" : "MISSED");
  return text;
}

}  // namespace pantile::bench
