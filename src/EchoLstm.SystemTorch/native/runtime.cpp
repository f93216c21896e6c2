// What belongs to the process: start, errors, warnings, threads and random numbers.
#include "boundary.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <c10/util/Exception.h>

#include <stdlib.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_set>

namespace elt {

std::atomic<bool> callbacks_allowed{true};

}  // namespace elt

namespace {

thread_local std::string last_error;
thread_local std::shared_ptr<void> last_cause;

std::atomic<int> visitors{0};
std::atomic<bool> closed{false};

constexpr auto patience = std::chrono::seconds(2);

// Runs at exit before all destructors of libtorch, because it was registered last.
void wait_for_visitors(int status, void*) {
  closed = true;
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (visitors > 0) {
    if (std::chrono::steady_clock::now() > deadline) {
      // A long operation is still running; destroying what it uses would crash a process that has nothing left to do.
      std::fflush(nullptr);
      _exit(status);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

// libtorch's own handler goes through glog, with source lines and once for every call. One short line for each warning is enough.
class QuietWarnings final : public c10::WarningHandler {
 public:
#if TORCH_VERSION_MAJOR >= 2
  void process(const c10::Warning& warning) override {
    print_once(warning.msg());
  }
#else
  void process(const c10::SourceLocation&, const std::string& message, const bool) override {
    print_once(message);
  }
#endif

 private:
  void print_once(const std::string& message) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (printed_.insert(message).second) {
      std::fprintf(stderr, "libtorch: %s\n", message.c_str());
    }
  }

  std::mutex mutex_;
  std::unordered_set<std::string> printed_;
};

c10::intrusive_ptr<c10::GeneratorImpl> generator(void* handle) {
  return c10::intrusive_ptr<c10::GeneratorImpl>::reclaim_copy(static_cast<c10::GeneratorImpl*>(handle));
}

void* owned(const at::Generator& generator) {
  auto copy = generator.getIntrusivePtr();
  return copy.release();
}

template <class F>
int32_t locked(void* handle, F&& body) {
  return elt::guarded<int32_t>(-1, [&] {
    at::Generator target(generator(handle));
    const std::lock_guard<std::mutex> lock(target.mutex());
    body(target);
    return 0;
  });
}

}  // namespace

namespace elt {

Visit::Visit() noexcept {
  visitors.fetch_add(1);
  if (closed) {
    visitors.fetch_sub(1);
    for (;;) {
      pause();
    }
  }
}

Visit::~Visit() {
  visitors.fetch_sub(1);
}

void remember_error(const char* message) noexcept {
  last_cause.reset();
  try {
    last_error = message;
  } catch (...) {
    last_error.clear();
  }
}

void remember_current_exception() noexcept {
  try {
    throw;
  } catch (const c10::Error& error) {
    remember_error(error.what_without_backtrace());
  } catch (const ManagedFailure& error) {
    remember_error(error.what());
    last_cause = error.cause;
  } catch (const std::exception& error) {
    remember_error(error.what());
  } catch (...) {
    remember_error("an exception of unknown type");
  }
}

}  // namespace elt

ELT_EXPORT void elt_initialize(int32_t threads) {
  elt::guarded<int>(0, [&] {
#if TORCH_VERSION_MAJOR >= 2
    c10::WarningUtils::set_warning_handler(new QuietWarnings());
#else
    c10::Warning::set_warning_handler(new QuietWarnings());
#endif
    if (threads > 0) {
      at::set_num_threads(threads);
    }
    return 0;
  });
}

ELT_EXPORT void elt_prepare_exit() {
  if (elt::callbacks_allowed.exchange(false)) {
    on_exit(wait_for_visitors, nullptr);
  }
}

ELT_EXPORT const char* elt_last_error() {
  return last_error.c_str();
}

ELT_EXPORT void* elt_last_cause() {
  return last_cause.get();
}

ELT_EXPORT void elt_forget_cause() {
  last_cause.reset();
}

ELT_EXPORT const char* elt_version() {
  return TORCH_VERSION;
}

ELT_EXPORT void* elt_manual_seed(uint64_t seed) {
  return elt::guarded<void*>(nullptr, [&]() -> void* {
    at::manual_seed(seed);
    return owned(at::globalContext().defaultGenerator(at::kCPU));
  });
}

ELT_EXPORT void* elt_generator_new(uint64_t seed, int32_t device_type, int32_t device_index) {
  return elt::guarded<void*>(nullptr, [&]() -> void* {
    const auto type = static_cast<c10::DeviceType>(device_type);
    if (type == c10::DeviceType::CPU) {
      return owned(at::make_generator<at::CPUGeneratorImpl>(seed));
    }
    // Other devices have no public constructor here: a copy of the default generator keeps a state of its own.
    const auto device = c10::Device(type, static_cast<c10::DeviceIndex>(device_index));
    auto copy = at::globalContext().defaultGenerator(device).clone();
    copy.set_current_seed(seed);
    return owned(copy);
  });
}

ELT_EXPORT void* elt_generator_default() {
  return elt::guarded<void*>(nullptr, [&]() -> void* { return owned(at::globalContext().defaultGenerator(at::kCPU)); });
}

ELT_EXPORT void elt_generator_release(void* handle) {
  elt::guarded<int>(0, [&] {
    c10::intrusive_ptr<c10::GeneratorImpl>::reclaim(static_cast<c10::GeneratorImpl*>(handle));
    return 0;
  });
}

ELT_EXPORT int32_t elt_generator_set_seed(void* handle, uint64_t seed) {
  return locked(handle, [&](at::Generator& target) { target.set_current_seed(seed); });
}

ELT_EXPORT int32_t elt_generator_seed(void* handle, uint64_t* seed) {
  return locked(handle, [&](at::Generator& target) { *seed = target.current_seed(); });
}

ELT_EXPORT void* elt_generator_state(void* handle) {
  void* state = nullptr;
  const auto status = locked(handle, [&](at::Generator& target) { state = elt::release(target.get_state()); });
  return status < 0 ? nullptr : state;
}

ELT_EXPORT int32_t elt_generator_set_state(void* handle, void* state) {
  return locked(handle, [&](at::Generator& target) { target.set_state(elt::borrow(state)); });
}

ELT_EXPORT int32_t elt_cuda_devices() {
  return elt::guarded<int32_t>(0, []() -> int32_t {
    return c10::impl::hasDeviceGuardImpl(at::kCUDA) ? c10::impl::getDeviceGuardImpl(at::kCUDA)->deviceCount() : 0;
  });
}

ELT_EXPORT int32_t elt_threads() {
  return elt::guarded<int32_t>(-1, [] { return at::get_num_threads(); });
}

ELT_EXPORT int32_t elt_set_threads(int32_t count) {
  return elt::guarded<int32_t>(-1, [&] {
    at::set_num_threads(count);
    return 0;
  });
}

ELT_EXPORT int32_t elt_interop_threads() {
  return elt::guarded<int32_t>(-1, [] { return at::get_num_interop_threads(); });
}

ELT_EXPORT int32_t elt_set_interop_threads(int32_t count) {
  return elt::guarded<int32_t>(-1, [&] {
    at::set_num_interop_threads(count);
    return 0;
  });
}
