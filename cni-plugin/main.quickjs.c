/*
 * The plugin as a program: a QuickJS that runs the bytecode of entry.quickjs.ts and shows it Linux's system calls.
 * There is nothing else for a script to use: no modules, no eval, no files, no timers.
 */
#define _GNU_SOURCE /* syscall, sigabbrev_np */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <quickjs/quickjs.h>

/* Made by build-plugin.ts. */
extern const uint8_t bytecode[];
extern const uint32_t bytecode_size;

#define MAX_ARGUMENTS 6

/* The memory behind a typed array; NULL, with an exception pending, for anything else. */
static uint8_t *bytes_of(JSContext *ctx, JSValueConst value, size_t *size)
{
	size_t offset, buffer_size;
	JSValue buffer = JS_GetTypedArrayBuffer(ctx, value, &offset, size, NULL);
	uint8_t *bytes;

	if (JS_IsException(buffer))
		return NULL;
	bytes = JS_GetArrayBuffer(ctx, &buffer_size, buffer);
	JS_FreeValue(ctx, buffer);
	return bytes ? bytes + offset : NULL;
}

/*
 * name(...arguments): the system call's result, or a negative errno. An argument is a number, a string (which becomes
 * a C string for the time of the call) or a typed array (which becomes the address of its memory).
 */
static JSValue system_call(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv, int number)
{
	long words[MAX_ARGUMENTS] = { 0 };
	const char *strings[MAX_ARGUMENTS] = { NULL };
	JSValue result = JS_EXCEPTION;
	int64_t word;
	size_t size;
	long returned;
	int i;

	for (i = 0; i < argc && i < MAX_ARGUMENTS; i++) {
		if (JS_IsString(argv[i])) {
			strings[i] = JS_ToCString(ctx, argv[i]);
			if (!strings[i])
				goto out;
			words[i] = (long)strings[i];
		} else if (JS_IsObject(argv[i])) {
			words[i] = (long)bytes_of(ctx, argv[i], &size);
			if (!words[i])
				goto out;
		} else {
			if (JS_ToInt64(ctx, &word, argv[i]) < 0)
				goto out;
			words[i] = word;
		}
	}
	returned = syscall(number, words[0], words[1], words[2], words[3], words[4], words[5]);
	result = JS_NewInt64(ctx, returned < 0 ? -errno : returned);
out:
	for (i = 0; i < MAX_ARGUMENTS; i++)
		JS_FreeCString(ctx, strings[i]);
	return result;
}

/* addressOf(bytes): where a typed array lies, which is where it stays as long as something refers to it. */
static JSValue address_of(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	size_t size;
	uint8_t *bytes = bytes_of(ctx, argv[0], &size);

	return bytes ? JS_NewInt64(ctx, (intptr_t)bytes) : JS_EXCEPTION;
}

/* encode(text): its UTF-8, in a buffer. */
static JSValue encode(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	size_t size;
	const char *text = JS_ToCStringLen(ctx, &size, argv[0]);
	JSValue buffer;

	if (!text)
		return JS_EXCEPTION;
	buffer = JS_NewArrayBufferCopy(ctx, (const uint8_t *)text, size);
	JS_FreeCString(ctx, text);
	return buffer;
}

/* decode(bytes): the text whose UTF-8 they are; what is none becomes U+FFFD. */
static JSValue decode(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	size_t size;
	uint8_t *bytes = bytes_of(ctx, argv[0], &size);

	return bytes ? JS_NewStringLen(ctx, (const char *)bytes, size) : JS_EXCEPTION;
}

/* errorText(errno): `No such file or directory`. */
static JSValue error_text(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	int32_t code;

	if (JS_ToInt32(ctx, &code, argv[0]) < 0)
		return JS_EXCEPTION;
	return JS_NewString(ctx, strerror(code));
}

/* signalName(signal): `SIGKILL`. */
static JSValue signal_name(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	char text[16];
	const char *name;
	int32_t signal;

	if (JS_ToInt32(ctx, &signal, argv[0]) < 0)
		return JS_EXCEPTION;
	name = sigabbrev_np(signal);
	/* Real-time signals have no names. */
	if (name)
		snprintf(text, sizeof(text), "SIG%s", name);
	else
		snprintf(text, sizeof(text), "signal %d", signal);
	return JS_NewString(ctx, text);
}

/* environment(): the variables, as `NAME=value`. */
static JSValue environment(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	JSValue list = JS_NewArray(ctx);
	uint32_t i;

	for (i = 0; environ[i]; i++)
		JS_SetPropertyUint32(ctx, list, i, JS_NewString(ctx, environ[i]));
	return list;
}

#define SYSTEM_CALL(name) JS_CFUNC_MAGIC_DEF(#name, MAX_ARGUMENTS, system_call, SYS_##name)

/* libc.quickjs.ts gives their types. Those that architectures have in common (asm-generic/unistd.h). */
static const JSCFunctionListEntry functions[] = {
	SYSTEM_CALL(clock_gettime), SYSTEM_CALL(clone), SYSTEM_CALL(close), SYSTEM_CALL(connect), SYSTEM_CALL(dup3),
	SYSTEM_CALL(execve), SYSTEM_CALL(exit_group), SYSTEM_CALL(faccessat), SYSTEM_CALL(fsync), SYSTEM_CALL(getpid),
	SYSTEM_CALL(kill), SYSTEM_CALL(lseek), SYSTEM_CALL(memfd_create), SYSTEM_CALL(mkdirat), SYSTEM_CALL(openat),
	SYSTEM_CALL(pidfd_open), SYSTEM_CALL(pipe2), SYSTEM_CALL(ppoll), SYSTEM_CALL(pwrite64), SYSTEM_CALL(read),
	SYSTEM_CALL(renameat2), SYSTEM_CALL(sendmsg), SYSTEM_CALL(setns), SYSTEM_CALL(setsockopt),
	SYSTEM_CALL(socket), SYSTEM_CALL(unlinkat), SYSTEM_CALL(wait4), SYSTEM_CALL(write),
	/* These two differ between architectures. */
	JS_PROP_INT32_DEF("O_DIRECTORY", O_DIRECTORY, 0),
	JS_PROP_INT32_DEF("O_NOFOLLOW", O_NOFOLLOW, 0),
	JS_CFUNC_DEF("addressOf", 1, address_of),
	JS_CFUNC_DEF("encode", 1, encode),
	JS_CFUNC_DEF("decode", 1, decode),
	JS_CFUNC_DEF("errorText", 1, error_text),
	JS_CFUNC_DEF("signalName", 1, signal_name),
	JS_CFUNC_DEF("environment", 0, environment),
};

/* An exception that the script did not catch is a mistake of ours. */
static int fail(JSContext *ctx)
{
	JSValue exception = JS_GetException(ctx);
	const char *text = JS_ToCString(ctx, exception);

	dprintf(STDERR_FILENO, "multivrf: %s\n", text ? text : "exception");
	return 1;
}

int main(void)
{
	JSRuntime *runtime = JS_NewRuntime();
	JSContext *ctx = runtime ? JS_NewContextRaw(runtime) : NULL;
	JSValue libc;
	int jobs;

	if (!ctx)
		return 1;
	/* Each takes time: what the plugin does not use is not there. */
	JS_AddIntrinsicBaseObjects(ctx);
	JS_AddIntrinsicJSON(ctx);
	JS_AddIntrinsicRegExp(ctx);
	JS_AddIntrinsicMapSet(ctx);
	JS_AddIntrinsicTypedArrays(ctx);
	JS_AddIntrinsicPromise(ctx);
	libc = JS_NewObject(ctx);
	JS_SetPropertyFunctionList(ctx, libc, functions, sizeof(functions) / sizeof(functions[0]));
	JS_SetPropertyStr(ctx, JS_GetGlobalObject(ctx), "libc", libc);
	if (JS_IsException(JS_EvalFunction(ctx, JS_ReadObject(ctx, bytecode, bytecode_size, JS_READ_OBJ_BYTECODE))))
		return fail(ctx);
	while ((jobs = JS_ExecutePendingJob(runtime, &ctx)) > 0)
		;
	/* The script ends the process itself, so it has come to no end. */
	return jobs < 0 ? fail(ctx) : 1;
}
