/*
 * fault_point.h - named points of a request or job at which a test ends or stops the process.
 *
 * They exist only in a build with ./configure --enable-fault-points; elsewhere they are nothing. The file
 * named by $FAULT_POINT_FILE has one order: the name of a point, and "kill", "stop" or "delay" with
 * milliseconds. The first process that comes to the point removes the file and does that.
 */
#ifndef BASE_FAULT_POINT_H
#define BASE_FAULT_POINT_H

#ifdef FAULT_POINTS
void fault_point(const char *name);
#define FAULT_POINT(name) fault_point(name)
#else
#define FAULT_POINT(name) ((void)0)
#endif

#endif
