# Settings for everything that we compile.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()

add_library(berth_flags INTERFACE)
target_compile_options(berth_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror)
# GCC 12 sees overlaps in std::string's operator+ that cannot happen (GCC bug 105651, fixed in 13).
target_compile_options(
  berth_flags INTERFACE $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>)
target_compile_definitions(berth_flags INTERFACE _GNU_SOURCE _FILE_OFFSET_BITS=64)
if(BERTH_SANITIZE)
  set(sanitize -fsanitize=${BERTH_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_compile_options(berth_flags INTERFACE ${sanitize})
  target_link_options(berth_flags INTERFACE ${sanitize})
else()
  # Fortify needs optimisation and gets in the way of ASan's own checks.
  target_compile_options(
    berth_flags INTERFACE -fstack-protector-strong -fstack-clash-protection
                          $<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3>)
  target_link_options(berth_flags INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack)
endif()

# What goes into the programs: no unwinder, and unused functions dropped at link time.
add_library(berth_small INTERFACE)
target_compile_options(berth_small INTERFACE -fno-exceptions -fno-rtti -ffunction-sections -fdata-sections)

# Code that runs once in a process: what it costs is to be read from the file. Not for parsers, which loop.
add_library(berth_once INTERFACE)
target_compile_options(berth_once INTERFACE $<$<CONFIG:Release>:-Os>)
