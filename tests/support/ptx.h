#pragma once
/// \file
/// What tests look for in PTX, the text between a compiler and the assembler of a GPU.

#include <algorithm>
#include <array>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace pantile::testing_cuda {

/// The instructions of a PTX text, in order.
inline std::vector<std::string> instructions_of(const std::string& ptx) {
  static const std::regex kInstruction(R"(\n\s+(?:@!?%p\d+\s+)?([a-z0-9_.]+)\s)");
  std::vector<std::string> all;
  for (std::sregex_iterator it(ptx.begin(), ptx.end(), kInstruction), end; it != end; ++it) {
    all.push_back((*it)[1]);
  }
  return all;
}

/// Of them those that calculate with floating-point numbers, each by a space: not what only brings
/// numbers from one place to another.
inline std::string float_instructions(const std::string& ptx) {
  const auto moves = [](const std::string& instruction) {
    return std::ranges::any_of(std::array{"ld.", "st.", "mov.", "cvta."},
                               [&](const char* word) { return instruction.starts_with(word); });
  };
  std::string words;
  for (const std::string& instruction : instructions_of(ptx)) {
    const bool is_float = instruction.ends_with(".f16") || instruction.ends_with(".f32") ||
                          instruction.ends_with(".f64");
    if (is_float && !moves(instruction)) words += instruction + " ";
  }
  return words;
}

/// Instructions that round in another way than IEEE 754 says, or that ptxas may contract: a sum or
/// product without a rounding of its own; each once, by a space.
inline std::string wrong_instructions(const std::string& ptx) {
  static const std::regex kArithmetic(
      R"((add|sub|mul|mad|fma|div|sqrt|rcp|rsqrt|sin|cos|ex2|lg2|tanh)\..*f(16|32|64).*)");
  // Correctly rounded, to the nearest, and nothing else.
  static const std::regex kRight(R"((add|sub|mul|fma|div|sqrt|rcp)\.rn\.f(32|64))");
  static const std::regex kNever(R"(.*\.(approx|full|ftz|sat)(\..*)?)");
  // Clamps to [0, 1]: exact.
  static const std::string kClamp = "cvt.sat.f32.f32";
  std::set<std::string> wrong;
  for (const std::string& instruction : instructions_of(ptx)) {
    const bool is_right =
        !std::regex_match(instruction, kArithmetic) || std::regex_match(instruction, kRight);
    if (!is_right || std::regex_match(instruction, kNever)) {
      if (instruction != kClamp) wrong.insert(instruction);
    }
  }
  std::string words;
  for (const std::string& w : wrong) words += w + " ";
  return words;
}

}  // namespace pantile::testing_cuda
