#include "cli/format.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace pantile::cli {
namespace {

/// Three significant digits of a number from 0 to about 1000.
std::string three_digits(double value) {
  if (value >= 99.95) return fmt::format("{:.0f}", value);
  return value >= 9.995 ? fmt::format("{:.1f}", value) : fmt::format("{:.2f}", value);
}

std::string scaled(double amount, double step, const std::array<std::string_view, 6>& prefixes,
                   std::string_view unit) {
  std::size_t i = 0;
  // 999.5 would be shown as 1000.
  while (std::abs(amount) >= (step == 1000 ? 999.5 : step) && i + 1 < prefixes.size()) {
    amount /= step;
    ++i;
  }
  const bool exact = i == 0 && amount == std::floor(amount);
  return fmt::format("{} {}{}", exact ? fmt::format("{:.0f}", amount) : three_digits(amount),
                     prefixes[i], unit);
}

/// A job that takes longer than a century is shown as one that takes a century.
std::int64_t whole_seconds(double seconds) {
  return static_cast<std::int64_t>(std::clamp(seconds, 0.0, 3.2e9) + 0.5);
}

}  // namespace

std::string human(double amount, std::string_view unit) {
  return scaled(amount, 1000, {"", "k", "M", "G", "T", "P"}, unit);
}

std::string human_bytes(std::int64_t bytes) { return human(static_cast<double>(bytes), "B"); }

std::string human_memory(std::int64_t bytes) {
  return scaled(static_cast<double>(bytes), 1024, {"", "Ki", "Mi", "Gi", "Ti", "Pi"}, "B");
}

std::string human_clock(double seconds) {
  const std::int64_t total = whole_seconds(seconds);
  const std::int64_t hours = total / 3600, minutes = total / 60 % 60, rest = total % 60;
  if (hours > 0) return fmt::format("{}:{:02}:{:02}", hours, minutes, rest);
  return fmt::format("{}:{:02}", minutes, rest);
}

std::string human_seconds(double seconds) {
  if (seconds < 59.95) return three_digits(std::max(seconds, 0.0)) + " s";
  const std::int64_t total = whole_seconds(seconds);
  const std::int64_t hours = total / 3600, minutes = total / 60 % 60, rest = total % 60;
  return hours > 0 ? fmt::format("{} h {} min", hours, minutes)
                   : fmt::format("{} min {} s", minutes, rest);
}

std::string human_size(std::int64_t width, std::int64_t height) {
  return fmt::format("{} x {}", width, height);
}

std::string line(std::string_view name, std::string_view value) {
  return fmt::format("{:<11} {}\n", name, value);
}

int percent(const Progress& progress) {
  if (progress.total <= 0 || progress.done >= progress.total) return 100;
  const double part =
      100.0 * static_cast<double>(progress.done) / static_cast<double>(progress.total);
  return std::clamp(static_cast<int>(part), 0, 99);
}

double rate(const Progress& progress) {
  const std::int64_t made = progress.done - progress.resumed;
  return made > 0 && progress.elapsed_s > 0 ? static_cast<double>(made) / progress.elapsed_s : 0;
}

double seconds_left(const Progress& progress) {
  const double per_second = rate(progress);
  if (per_second <= 0) return -1;
  return static_cast<double>(std::max<std::int64_t>(progress.total - progress.done, 0)) /
         per_second;
}

std::string human_amount(double amount, std::string_view unit) {
  if (unit == "bytes") return human(amount, "B");
  if (unit == "px") return human(amount, "px");
  if (amount == 1 && unit.ends_with('s')) unit.remove_suffix(1);
  return fmt::format("{:.{}f} {}", amount, amount == std::floor(amount) || amount >= 100 ? 0 : 2,
                     unit);
}

std::string human_rate(double per_second, std::string_view unit) {
  if (per_second <= 0 || unit == "files") return {};
  return human_amount(per_second, unit) + "/s";
}

}  // namespace pantile::cli
