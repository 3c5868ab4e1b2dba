#pragma once
/// \file
/// Amounts as people read them.

#include <cstdint>
#include <string>
#include <string_view>

#include "pantile/job.h"

namespace pantile::cli {

/// Three significant digits with a decimal prefix: human(268435456, "px") = "268 Mpx".
std::string human(double amount, std::string_view unit);
/// Bytes in decimal units, for disks: "229 MB".
std::string human_bytes(std::int64_t bytes);
/// Bytes in binary units, for memory: "412 MiB".
std::string human_memory(std::int64_t bytes);
/// "0.42 s", "41.0 s", "3 min 7 s", "1 h 2 min".
std::string human_seconds(double seconds);
/// "0:12", "3:07", "1:02:03".
std::string human_clock(double seconds);
/// "169420 x 169420".
std::string human_size(std::int64_t width, std::int64_t height);

/// "name        value" and a line's end, for lists of facts.
std::string line(std::string_view name, std::string_view value);

/// Whole per cent that is done, 0 to 100; 100 only when all is.
int percent(const Progress& progress);
/// Work of this run per second, in the stage's unit; 0 while nothing is known.
double rate(const Progress& progress);
/// Seconds that the rest will take at this rate; negative while nothing is known.
double seconds_left(const Progress& progress);
/// An amount of the stage: pixels and bytes get prefixes, other things are counted.
std::string human_amount(double amount, std::string_view unit);
/// An amount per second, "52.6 Mpx/s"; empty where nothing is known or the stage is a few files.
std::string human_rate(double per_second, std::string_view unit);

}  // namespace pantile::cli
