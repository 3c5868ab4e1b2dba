#pragma once
/// \file
/// The driver of fake_cuda.h, open and as it is without orders.

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <memory>

#include "compute/cuda/device.h"
#include "support/fake_cuda.h"

namespace pantile::testing_cuda {

/// For tests that have one; what is taken from the driver has to be given back before it goes.
class FakeDriver {
 public:
  explicit FakeDriver(const char* path) : path_(path), library_(dlopen(path, RTLD_NOW)) {
    EXPECT_NE(library_, nullptr);
    control_ = reinterpret_cast<Control* (*)()>(dlsym(library_, "fake_cuda_control"))();
    *control_ = {};
  }
  ~FakeDriver() {
    EXPECT_EQ(control_->alive, 0) << "something was not given back";
    EXPECT_EQ(control_->used_bytes, 0);
    dlclose(library_);
  }
  FakeDriver(const FakeDriver&) = delete;
  FakeDriver& operator=(const FakeDriver&) = delete;

  Control& control() { return *control_; }
  std::shared_ptr<const cuda::Driver> open() const {
    auto driver = cuda::Driver::open(path_);
    EXPECT_TRUE(driver.ok()) << driver.error().message();
    return driver.ok() ? *driver : nullptr;
  }
  std::shared_ptr<const cuda::Device> open_device(int ordinal = 0) const {
    auto device = cuda::Device::open(open(), ordinal);
    EXPECT_TRUE(device.ok()) << device.error().message();
    return device.ok() ? *device : nullptr;
  }

 private:
  const char* path_;
  void* library_;
  Control* control_ = nullptr;
};

}  // namespace pantile::testing_cuda
