// Who draws what beside GPUs: everyone who is to draw does, and a GPU is at work while it is waited
// for.
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include "pipeline/gpu_job.h"

namespace pantile::gpu_job {
namespace {

/// Where everybody who is to draw waits, each with his first tiles in hand, until all are there. If
/// one of them never gets any, nobody goes on before long, and the test fails.
class Gate {
 public:
  Gate(std::size_t gpus, bool workers_draw) : gpus_(gpus), workers_draw_(workers_draw) {}
  /// By a lane's thread, of which each GPU has one.
  void pass_launch() {
    pass([this] { lanes_.insert(std::this_thread::get_id()); });
  }
  /// By a worker with a tile; before any launch has passed it is one that the worker drew.
  void pass_pixels() {
    pass([this] { workers_have_drawn_ = true; });
  }

 private:
  template <class Note> void pass(const Note& note) {
    std::unique_lock lock(mutex_);
    if (is_open_) return;
    note();
    is_open_ = lanes_.size() == gpus_ && (workers_have_drawn_ || !workers_draw_);
    if (is_open_) opened_.notify_all();
    const bool opened =
        opened_.wait_for(lock, std::chrono::seconds(60), [this] { return is_open_; });
    EXPECT_TRUE(opened) << lanes_.size() << " GPUs and " << workers_have_drawn_ << " workers drew";
    is_open_ = true;
  }

  const std::size_t gpus_;
  const bool workers_draw_;
  std::mutex mutex_;
  std::condition_variable opened_;
  std::set<std::thread::id> lanes_;
  bool workers_have_drawn_ = false, is_open_ = false;
};
Gate* the_gate = nullptr;  ///< For a kernel, which is a function.

/// The driver asks a kernel for its parameters on the thread that launches it.
void draw_behind_the_gate(const testing_cuda::Launch& launch) {
  if (launch.threads == 0) the_gate->pass_launch();
  draw_by_cpu<StoreKind::rgb8, Size::large>(launch);
}

class GateKeeper final : public Listener {
 public:
  /// Progress is told 200 ms after it was told last, then with the next tile; and whoever tells it
  /// holds up those who are done with theirs.
  void on_stage_begin(const Progress&) override {
    std::this_thread::sleep_for(std::chrono::milliseconds(250));
  }
  void on_progress(const Progress& progress) override {
    if (progress.stage == "render") the_gate->pass_pixels();
  }
};

TEST_F(GpuJob, EveryoneWhoIsToDrawDraws) {
  keep_kernel(StoreKind::rgb8, formula::PixelForm::rgb8, &draw_behind_the_gate);
  const auto by_cpu = generate_large("by-cpu", Device::cpu);
  ASSERT_TRUE(by_cpu.ok()) << by_cpu.error().message();
  GateKeeper keeper;
  run_.listener = &keeper;
  for (const auto& [device, gpus] : {std::pair(Device::automatic, 1),
                                     {Device::hybrid, 1},
                                     {Device::hybrid, 2},
                                     {Device::cuda, 2}}) {
    control_->devices = gpus;
    const bool workers_draw = device != Device::cuda;
    Gate gate(static_cast<std::size_t>(gpus), workers_draw);
    the_gate = &gate;
    const std::string name = device_words({device, {}}) + std::to_string(gpus);
    const auto done = generate_large(name, device);
    ASSERT_TRUE(done.ok()) << done.error().message();
    EXPECT_TRUE(files_in(folder_ + "/" + name) == files_in(folder_ + "/by-cpu")) << name;
    ASSERT_EQ(done->devices.size(), static_cast<std::size_t>(gpus));
    std::int64_t by_gpus = 0;
    for (const DeviceSummary& d : done->devices) {
      EXPECT_GT(d.pixels, 0) << name;
      by_gpus += d.pixels;
    }
    if (workers_draw) {
      EXPECT_LT(by_gpus, done->pixels) << name;
    } else {
      EXPECT_EQ(by_gpus, done->pixels) << name;
    }
  }
  EXPECT_EQ(keeper.notes + keeper.warnings, "");
}

TEST_F(GpuJob, OneBatchIsCopiedWhileAnotherIsDrawn) {
  keep_kernel(StoreKind::rgb8, formula::PixelForm::rgb8,
              &draw_by_cpu<StoreKind::rgb8, Size::large>);
  const auto done = generate_large("cuda", Device::cuda);
  ASSERT_TRUE(done.ok()) << done.error().message();
  // Whoever waits for a batch has queued the next one, with its copies (tiles and halves), but for
  // the last.
  const testing_cuda::Overlap& seen = control_->overlap;
  EXPECT_GE(seen.batches, 6);
  EXPECT_EQ(seen.most_under_way, 2);
  EXPECT_EQ(seen.lone_waits, 1);
  EXPECT_EQ(seen.copies_beside, 2 * (seen.batches - 1));
}

}  // namespace
}  // namespace pantile::gpu_job
