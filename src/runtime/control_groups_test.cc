#include "runtime/control_groups.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace pantile {
namespace {

namespace fs = std::filesystem;

/// A made-up /proc and /sys.
class Groups : public testing::Test {
 protected:
  void SetUp() override {
    root_ = testing::TempDir() + "/groups_" +
            testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::remove_all(root_);
  }
  void TearDown() override { fs::remove_all(root_); }
  void write(const std::string& path, const std::string& text) const {
    fs::create_directories(fs::path(root_ + path).parent_path());
    std::ofstream(root_ + path) << text;
  }
  std::string root_;
};

TEST_F(Groups, WithoutAnyThereIsNoQuota) {
  EXPECT_EQ(quota_cores(root_), std::nullopt);
  write("/proc/self/cgroup", "0::/\n");
  EXPECT_EQ(quota_cores(root_), std::nullopt);
  write("/sys/fs/cgroup/cpu.max", "max 100000\n");
  EXPECT_EQ(quota_cores(root_), std::nullopt);
}

TEST_F(Groups, AQuotaIsRoundedUpToCores) {
  write("/proc/self/cgroup", "0::/\n");
  for (const auto& [text, cores] : {std::pair("400000 100000\n", 4),
                                    {"400001 100000\n", 5},
                                    {"1000 100000\n", 1},
                                    {"50000 20000", 3}}) {
    write("/sys/fs/cgroup/cpu.max", text);
    EXPECT_EQ(quota_cores(root_), cores) << text;
  }
}

TEST_F(Groups, TheTightestOnTheWayUpCounts) {
  write("/proc/self/cgroup", "0::/slice/job/step\n");
  write("/sys/fs/cgroup/slice/cpu.max", "300000 100000\n");
  write("/sys/fs/cgroup/slice/job/cpu.max", "max 100000\n");
  write("/sys/fs/cgroup/slice/job/step/cpu.max", "800000 100000\n");
  write("/sys/fs/cgroup/slice/other/cpu.max", "100000 100000\n");
  EXPECT_EQ(quota_cores(root_), 3);
}

TEST_F(Groups, VersionOneNextToTwo) {
  write("/proc/self/cgroup", "12:memory:/job\n4:cpu,cpuacct:/job\n0::/\n");
  write("/sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us", "-1\n");
  write("/sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(quota_cores(root_), std::nullopt);
  write("/sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us", "250000\n");
  EXPECT_EQ(quota_cores(root_), 3);
  // In a container the group's own folder may be the root of what is mounted.
  write("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "200000\n");
  write("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(quota_cores(root_), 2);
}

TEST_F(Groups, WhatCannotBeUnderstoodIsNoQuota) {
  for (const std::string line : {"0::/../elsewhere\n", "0::/\n", "0:/\n", "garbage\n", ""}) {
    write("/proc/self/cgroup", line);
    for (const char* text : {"", "100000", "100000 100000 7", "1e5 100000", "100000 0", "-5 100000",
                             "0 100000", "99999999999999999999 1", "200000x 100000"}) {
      write("/sys/fs/cgroup/cpu.max", text);
      EXPECT_EQ(quota_cores(root_), std::nullopt) << line << text;
    }
    write("/sys/fs/cgroup/cpu.max", "9223372036854775807 1");
    EXPECT_EQ(quota_cores(root_), std::numeric_limits<int>::max());
  }
}

TEST_F(Groups, FoldersFromOnesOwnUp) {
  write("/proc/self/cgroup", "9:memory:/a/b\n0::/u\n");
  const ControlGroups groups = control_groups("memory", root_);
  const std::string mount = root_ + "/sys/fs/cgroup";
  EXPECT_EQ(groups.unified, (std::vector{mount + "/u", mount}));
  EXPECT_EQ(groups.separate,
            (std::vector{mount + "/memory/a/b", mount + "/memory/a", mount + "/memory"}));
}

}  // namespace
}  // namespace pantile
