# Turns scripts/layers.toml into libraries: qingdan_<dir> from src/<dir>/*.cpp.
set(LAYERS_CMAKE ${PROJECT_BINARY_DIR}/layers.cmake)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/scripts/layers.toml)
execute_process(
  COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/scripts/check_layers.py --cmake ${LAYERS_CMAKE}
  COMMAND_ERROR_IS_FATAL ANY)
include(${LAYERS_CMAKE})   # sets QINGDAN_LAYERS and QINGDAN_LINKS_<dir>

foreach(dir IN LISTS QINGDAN_LAYERS)
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${dir}/*.cpp)
  if(NOT sources)
    add_library(qingdan_${dir} INTERFACE)
    set(scope INTERFACE)
  else()
    add_library(qingdan_${dir} STATIC ${sources})
    set(scope PUBLIC)
    target_link_libraries(qingdan_${dir} PRIVATE qingdan_warnings)
    target_include_directories(qingdan_${dir} PRIVATE ${PROJECT_SOURCE_DIR}/src)
    qingdan_precompile(qingdan_${dir})
  endif()
  target_include_directories(qingdan_${dir} ${scope} ${PROJECT_SOURCE_DIR}/include)
  foreach(below IN LISTS QINGDAN_LINKS_${dir})
    target_link_libraries(qingdan_${dir} ${scope} qingdan_${below})
  endforeach()
  target_link_libraries(qingdan_${dir} ${scope} ${THIRD_PARTY_${dir}})
endforeach()

# The breach is a build error, with file and line, before anything that links is done.
add_custom_target(check_layers ALL
  COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/scripts/check_layers.py
  COMMENT "layers: who includes whom" VERBATIM)

# The migrations travel inside the program.
file(GLOB migrations CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/schema/migrations/*.sql)
set(EMBEDDED_MIGRATIONS ${PROJECT_BINARY_DIR}/embedded_migrations.cpp)
add_custom_command(OUTPUT ${EMBEDDED_MIGRATIONS}
  COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/scripts/cmake/embed.py ${EMBEDDED_MIGRATIONS}
          qingdan::registry::embedded_migrations ${migrations}
  DEPENDS ${migrations} ${PROJECT_SOURCE_DIR}/scripts/cmake/embed.py VERBATIM)
get_target_property(registry_type qingdan_registry TYPE)
if(NOT registry_type STREQUAL "INTERFACE_LIBRARY")
  target_sources(qingdan_registry PRIVATE ${EMBEDDED_MIGRATIONS})
endif()
