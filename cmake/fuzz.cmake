# Each test/native/fuzz/<name>_fuzz.cc is a libFuzzer executable. It may use every library: what it feeds decides.
add_library(berth_fuzz INTERFACE)
# The libraries have no type information that a check of virtual calls could ask.
target_compile_options(berth_fuzz INTERFACE -fsanitize=fuzzer -fno-sanitize=vptr)
target_link_options(berth_fuzz INTERFACE -fsanitize=fuzzer)

# Built for some seconds of use: what takes the compiler long costs more than it wins.
target_compile_options(berth_flags INTERFACE -O1 -gline-tables-only)

foreach(library IN ITEMS base oci seccomp runtime layer shim runtime_cli)
  get_target_property(type berth_${library} TYPE)
  if(type STREQUAL STATIC_LIBRARY)
    target_compile_options(berth_${library} PRIVATE -fsanitize=fuzzer-no-link)
  endif()
endforeach()

# RapidJSON 1.1 adds to a null pointer while its stack is empty.
set_source_files_properties(
  ${CMAKE_SOURCE_DIR}/native/oci/json_value.cc PROPERTIES COMPILE_OPTIONS -fno-sanitize=pointer-overflow)

file(GLOB fuzzers CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/test/native/fuzz/*_fuzz.cc)
foreach(source IN LISTS fuzzers)
  get_filename_component(name ${source} NAME_WE)
  add_executable(${name} ${source})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/test/native)
  target_link_libraries(${name} PRIVATE berth_shim berth_runtime_cli berth_layer berth_flags berth_fuzz Threads::Threads)
endforeach()
