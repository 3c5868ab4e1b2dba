#pragma once
/// \file
/// What a check would have reported.

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pantile::gpu {

/// The messages of the failures of `check`, which are no failures of the test that runs.
template <class Check> std::vector<std::string> failures_of(const Check& check) {
  testing::TestPartResultArray results;
  {
    const testing::ScopedFakeTestPartResultReporter reporter(
        testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &results);
    check();
  }
  std::vector<std::string> messages;
  for (int i = 0; i < results.size(); ++i) {
    const testing::TestPartResult& result = results.GetTestPartResult(i);
    if (result.failed()) messages.emplace_back(result.message());
  }
  return messages;
}

}  // namespace pantile::gpu
