# er -- the escalation router.  Plain GNU make and pkg-config; `make help` lists the targets.
#   make && make check        V=1 shows commands, SANITIZE=address,undefined builds beside the
#   normal tree, user CFLAGS are appended last.

VERSION    = 0.1.0
PREFIX     = /usr/local
bindir     = $(PREFIX)/bin
sbindir    = $(PREFIX)/sbin
libexecdir = $(PREFIX)/libexec/er
datadir    = $(PREFIX)/share/er
mandir     = $(PREFIX)/share/man
unitdir    = $(PREFIX)/lib/systemd/system
userunitdir = $(PREFIX)/lib/systemd/user
sysusersdir = $(PREFIX)/lib/sysusers.d
tmpfilesdir = $(PREFIX)/lib/tmpfiles.d

comma   := ,
# One build folder per flag set: no stale objects.
O       ?= build$(if $(SANITIZE),-$(subst $(comma),-,$(SANITIZE)))$(if $(MUTATE),-mutate$(MUTATE))$(if $(filter clang%,$(CC)),-clang)
Q        = $(if $(V),,@)
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:
.PRECIOUS: $(O)/%.o

WARN     = -Wall -Wextra -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wwrite-strings \
           -Wpointer-arith -Wundef -Wshadow -Wformat=2 -Wno-format-nonliteral
HARDEN   = -fstack-protector-strong $(if $(SANITIZE),,-D_FORTIFY_SOURCE=2) -fPIE
# uthash would leave the program when memory ends; ours has left by then (base/mem.h).
UTHASH   = '-Duthash_fatal(msg)=__builtin_trap()'
CPPFLAGS_ALL = -std=c17 -D_GNU_SOURCE -Ilib -include base/banned.h \
           -DER_VERSION='"$(VERSION)"' -DER_DATADIR='"$(datadir)"' -DER_LIBEXECDIR='"$(libexecdir)"' \
           $(if $(filter tests/unit/%,$<),-include check.h -include tests/unit/quiet.h) \
           $(UTHASH) $(if $(MUTATE),-DER_MUTATE=$(MUTATE)) $(CPPFLAGS)
# What is shipped or timed is optimized; unit tests are built for each check anew.
OPT      = $(if $(filter tests/unit/%,$<),-O1,-O2)
# Rehearsals run these a hundred thousand times a second: a fifth faster so, as measured.  No errno of
# log() is looked at, and no floating-point trap is set.
$(O)/lib/engine/%.o $(O)/lib/sim/%.o: OPT = $(if $(SANITIZE),-O2,-O3) -fno-math-errno -fno-trapping-math
CFLAGS_ALL   = $(OPT) -g $(HARDEN) $(WARN) $(if $(WERROR),-Werror) \
           $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer) $(CFLAGS)
LDFLAGS_ALL  = -pie -Wl,-z,relro -Wl,-z,now -Wl,--as-needed $(if $(SANITIZE),-fsanitize=$(SANITIZE)) $(LDFLAGS)

PKG      = pkg-config
LIBS_CTL = $(shell $(PKG) --libs jansson libpcre2-8 libmd) -lm
LIBS_ERD = $(LIBS_CTL) $(shell $(PKG) --libs libcurl libcrypto)
LIBS_CHECK = $(shell $(PKG) --libs check)
# Full-screen views: WITH_TUI=yes|no, else if ncursesw is there.
WITH_TUI ?= auto
TUI       = $(filter yes,$(WITH_TUI:auto=$(shell $(PKG) --exists ncursesw && echo yes)))
LIBS_TUI  = $(LIBS_CTL) $(shell $(PKG) --libs ncursesw)

# A new module needs no edit here: folders are layers, lowest last for the linker.
LAYERS   = out sim engine spool model json base
obj      = $(patsubst %.c,$(O)/%.o,$(1))
srcs     = $(sort $(wildcard lib/$(1)/*.c lib/$(1)/*/*.c))
ARCHIVES = $(foreach l,$(LAYERS),$(O)/lib$(l).a)
# $(call below,spool): the archives a layer may use, itself first
below_base   = base
below_json   = json base
below_model  = model json base
below_engine = engine model json base
below_sim    = sim engine model json base
below_spool  = spool model json base
below_out    = out spool model json base
below_cmd    = $(LAYERS)
below    = $(foreach l,$(below_$(1)),$(O)/lib$(l).a)

# One set of verbs, linked twice: erctl without ncurses becomes erctl-tui where it needs a full screen.
VERB_OBJ  = $(call obj,$(filter-out cmd/erctl/tui%.c cmd/erctl/handover.c,$(sort $(wildcard cmd/erctl/*.c))))
ERCTL_OBJ = $(VERB_OBJ) $(call obj,cmd/erctl/handover.c)
TUI_OBJ   = $(VERB_OBJ) $(call obj,$(sort $(wildcard cmd/erctl/tui*.c)))
ERD_OBJ   = $(call obj,$(sort $(wildcard cmd/erd/*.c)))
# tests/unit/LAYER_NAME.c links LAYER and what lies below it
UNIT      = $(patsubst tests/unit/%.c,$(O)/unit/%,$(sort $(wildcard tests/unit/*_*.c)))

all: $(O)/erctl $(O)/erd $(if $(TUI),$(O)/erctl-tui) $(O)/hook-receiver ## build erctl, erctl-tui and erd

define archive
$(O)/lib$(1).a: $(call obj,$(call srcs,$(1)))
	$$(Q)rm -f $$@ && $$(AR) rcs $$@ $$^
endef
$(foreach l,$(LAYERS),$(eval $(call archive,$(l))))

$(O)/%.o: %.c
	@mkdir -p $(@D)
	$(if $(V),,@echo "  CC    $<";)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

$(O)/erctl: $(ERCTL_OBJ) $(call below,sim) $(call below,spool)
	$(if $(V),,@echo "  LINK  $@";)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $(ERCTL_OBJ) $(O)/libsim.a $(O)/libengine.a $(call below,spool) $(LIBS_CTL)

$(O)/erctl-tui: $(TUI_OBJ) $(call below,sim) $(call below,spool)
	$(if $(V),,@echo "  LINK  $@";)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $(TUI_OBJ) $(O)/libsim.a $(O)/libengine.a $(call below,spool) $(LIBS_TUI)

$(O)/erd: $(ERD_OBJ) $(ARCHIVES)
	$(if $(V),,@echo "  LINK  $@";)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $(ERD_OBJ) $(ARCHIVES) $(LIBS_ERD)

.SECONDEXPANSION:
$(O)/unit/%: $(O)/tests/unit/%.o $$(call below,$$(firstword $$(subst _, ,$$*)))
	@mkdir -p $(@D)
	$(if $(V),,@echo "  LINK  $@";)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $< $(call below,$(firstword $(subst _, ,$*))) $(LIBS_CHECK) \
	  $(if $(filter out cmd,$(firstword $(subst _, ,$*))),$(LIBS_ERD),$(LIBS_CTL))

$(O)/hook-receiver: $(O)/tests/tools/hook-receiver.o $(call below,out)
	$(if $(V),,@echo "  LINK  $@";)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $< $(call below,out) $(LIBS_ERD)

# Small programs that tests/bench and tests/crash time and drive: jansson and libc only.
PROBES    = $(patsubst tests/%.c,$(O)/%,$(sort $(wildcard tests/bench/*.c tests/crash/*.c)))
PROBES   += $(O)/diff/schema
define probe
	@mkdir -p $(@D)
	$(if $(V),,@echo "  CC    $@";)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $< $(shell $(PKG) --libs jansson)
endef
$(O)/bench/%: tests/bench/%.c tests/bench/timing.h
	$(probe)
# This one times the library itself.
$(O)/bench/schema: $(O)/tests/bench/schema.o $(call below,json)
	@mkdir -p $(@D)
	$(if $(V),,@echo "  LINK  $@";)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $< $(call below,json) $(LIBS_CTL)
peers: $(if $(wildcard /usr/include/valijson/validator.hpp),$(O)/bench/peer_valijson)
$(O)/bench/peer_valijson: tests/bench/peer_valijson.cpp
	@mkdir -p $(@D)
	$(if $(V),,@echo "  CXX   $@";)$(CXX) -std=c++17 -O3 -DNDEBUG -Wall -Wextra -o $@ $<
$(O)/bench/route $(O)/bench/anomaly $(O)/bench/crowd $(O)/bench/verify: $(O)/bench/%: $(O)/tests/bench/%.o $(call below,engine)
	@mkdir -p $(@D)
	$(if $(V),,@echo "  LINK  $@";)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $< $(call below,engine) $(LIBS_CTL)
$(O)/bench/worlds: $(O)/tests/bench/worlds.o $(call below,sim)
	@mkdir -p $(@D)
	$(if $(V),,@echo "  LINK  $@";)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $< $(call below,sim) $(LIBS_CTL)
$(O)/crash/%: tests/crash/%.c
	$(probe)
$(O)/tools/calendar: $(O)/tests/tools/calendar.o $(call below,spool)
	@mkdir -p $(@D)
	$(if $(V),,@echo "  LINK  $@";)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $< $(call below,spool) $(LIBS_CTL)
$(O)/diff/%: $(O)/tests/diff/%.o $(call below,json)
	@mkdir -p $(@D)
	$(if $(V),,@echo "  LINK  $@";)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $< $(call below,json) $(LIBS_CTL)

# ---- tests ----

NPROC    := $(shell nproc)
JOBS      = $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(NPROC))
ASAN      = SANITIZE=address,undefined
FUZZ_SECONDS = 60
FUZZERS   = $(patsubst tests/fuzz/%.c,$(O)/fuzz/%,$(sort $(wildcard tests/fuzz/*.c)))

deps: ## install what the build needs and is missing (apt-get, as root or by sudo)
	$(Q)tests/deps.sh build

deps-test: ## and what the tests need
	$(Q)tests/deps.sh build test

deps-bench: ## and what the figures are compared with
	$(Q)tests/deps.sh build bench
	$(Q)tests/bench/peers.sh $(O)

units: $(UNIT) ## build the unit tests
helpers: $(filter $(O)/crash/% $(O)/diff/%,$(PROBES)) $(O)/tools/calendar
probes: $(PROBES) helpers

# The parts are made by a second make: before `deps` pkg-config may not be there to ask.
demo: deps ## the four seed documents, from submit to signed webhook, in a spool of their own
	$(Q)$(MAKE) --no-print-directory $(JOBS) all
	$(Q)tests/demo.sh $(O)

check: deps-test ## every test that fits five minutes; the last line counts them
	$(Q)$(MAKE) --no-print-directory $(JOBS) all units helpers
	$(Q)MAKE="$(MAKE)" CC="$(CC)" tests/run $(O) $(if $(SANITIZE),,asan)

check-slow: deps-test ## whole sweeps: kills, errors, power cuts, mutants (root for power cuts)
	$(Q)$(MAKE) --no-print-directory $(JOBS) all units probes
	$(Q)MAKE="$(MAKE)" CC="$(CC)" tests/run $(O) slow

check-layers: ## who may include whom
	$(Q)tests/layers.sh

check-headers: ## every header compiles alone
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -O0 -U_FORTIFY_SOURCE -Wno-unused-macros -Wno-unused-function -fsyntax-only \
	  -xc $(sort $(wildcard lib/*/*.h lib/*/*/*.h cmd/*/*.h))

check-pure: $(ARCHIVES) ## the engine does no I/O and keeps no state; libraries neither print nor exit
	$(Q)tests/pure.sh $(O)

check-banned: ## the preprocessor refuses the functions of base/banned.h
	$(Q)CC="$(CC)" tests/banned.sh $(CPPFLAGS_ALL)

check-man: man ## manual pages are lint-free
	$(Q)tests/man.sh $(O)

UNIT_RUN = $(filter-out $(addprefix $(O)/unit/,$(SKIP)),$(UNIT))
check-units: $(UNIT_RUN) ## only the unit tests, in one process each under a sanitizer
	$(Q)rc=0; for t in $(UNIT_RUN); do $(if $(SANITIZE),CK_FORK=no) $$t || rc=1; done; exit $$rc

asan: ## unit tests with address and undefined-behaviour sanitizers, not forked
	$(Q)$(MAKE) --no-print-directory $(JOBS) $(ASAN) check-units

bench: ## figures, each beside its baseline from the same run
	$(Q)$(MAKE) --no-print-directory deps-bench || echo "measuring without what is missing" >&2
	$(Q)$(MAKE) --no-print-directory $(JOBS) all probes peers
	$(Q)tests/bench/run.sh $(O)

fuzz: ## libFuzzer on every parser, FUZZ_SECONDS each (needs clang)
	$(Q)$(MAKE) --no-print-directory $(JOBS) O=build-fuzz CC=clang SANITIZE=fuzzer-no-link,address,undefined fuzzers
	$(Q)tests/fuzz/run.sh build-fuzz $(FUZZ_SECONDS)

fuzzers: $(FUZZERS)
$(O)/fuzz/%: $(O)/tests/fuzz/%.o $(call below,spool)
	@mkdir -p $(@D)
	$(if $(V),,@echo "  LINK  $@";)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -fsanitize=fuzzer -o $@ $< $(call below,spool) $(LIBS_CTL)

lint: man ## shellcheck, mandoc, cppcheck, clang-tidy: whichever are there
	$(Q)tests/lint.sh $(O) $(CPPFLAGS_ALL)

# ---- manual pages and installation ----

man: $(O)/man/.made ## make the manual pages from the option tables
$(O)/man/.made: $(O)/erctl $(wildcard share/man/*.[1-8])
	@mkdir -p $(O)/man
	$(Q)$(O)/erctl __man > $(O)/man/erctl.1
	$(Q)for v in $$($(O)/erctl __man --list); do $(O)/erctl __man $$v > $(O)/man/erctl-$$v.1 || exit 1; done
	$(Q)for f in $(wildcard share/man/*.[1-8]); do cp $$f $(O)/man/; done
	@touch $@

INSTALL   = install
D         = $(DESTDIR)
TREES     = $(wildcard share/schemas share/dialects spool-example)
UNITS     = $(D)$(unitdir)/erd.service $(D)$(userunitdir)/erd.service $(D)$(sysusersdir)/er.conf $(D)$(tmpfilesdir)/er.conf

install: all man ## to PREFIX (DESTDIR in front of it)
	$(INSTALL) -d $(D)$(bindir) $(D)$(sbindir) $(D)$(libexecdir) $(D)$(datadir)
	$(INSTALL) -m 755 $(O)/erctl $(D)$(bindir)/erctl
	$(if $(TUI),$(INSTALL) -m 755 $(O)/erctl-tui $(D)$(libexecdir)/erctl-tui)
	$(INSTALL) -m 755 $(O)/erd $(D)$(sbindir)/erd
	for f in $(O)/man/*.[1-8]; do $(INSTALL) -D -m 644 $$f $(D)$(mandir)/man$${f##*.}/$${f##*/} || exit 1; done
	find $(TREES) -type f | while read -r f; do \
	  mode=644; [ -x "$$f" ] && mode=755; $(INSTALL) -D -m $$mode "$$f" "$(D)$(datadir)/$${f#share/}" || exit 1; done
	$(O)/erctl completion bash > $(O)/erctl.bash && $(INSTALL) -D -m 644 $(O)/erctl.bash $(D)$(PREFIX)/share/bash-completion/completions/erctl
	$(O)/erctl completion zsh > $(O)/_erctl && $(INSTALL) -D -m 644 $(O)/_erctl $(D)$(PREFIX)/share/zsh/vendor-completions/_erctl
	$(O)/erctl completion fish > $(O)/erctl.fish && $(INSTALL) -D -m 644 $(O)/erctl.fish $(D)$(PREFIX)/share/fish/vendor_completions.d/erctl.fish
	$(INSTALL) -d $(D)$(unitdir) $(D)$(userunitdir)
	sed 's|/usr/sbin/|$(sbindir)/|' share/systemd/erd.service > $(D)$(unitdir)/erd.service
	sed 's|/usr/sbin/|$(sbindir)/|' share/systemd/user/erd.service > $(D)$(userunitdir)/erd.service
	$(INSTALL) -D -m 644 share/systemd/sysusers.conf $(D)$(sysusersdir)/er.conf
	$(INSTALL) -D -m 644 share/systemd/tmpfiles.conf $(D)$(tmpfilesdir)/er.conf

uninstall: ## take it away again; spools are left alone
	rm -f $(D)$(bindir)/erctl $(D)$(libexecdir)/erctl-tui $(D)$(sbindir)/erd $(UNITS)
	rm -f $(D)$(mandir)/man1/erctl.1 $(D)$(mandir)/man1/erctl-*.1 $(D)$(mandir)/man8/erd.8 $(D)$(mandir)/man[57]/er-*.[57]
	rm -f $(D)$(PREFIX)/share/bash-completion/completions/erctl $(D)$(PREFIX)/share/zsh/vendor-completions/_erctl \
	  $(D)$(PREFIX)/share/fish/vendor_completions.d/erctl.fish
	rm -rf $(D)$(datadir)
	-rmdir $(D)$(libexecdir)

installcheck: ## install into a temporary folder and use what is there
	$(Q)tests/install.sh $(O)

dist: ## er-VERSION.tar.gz from the last commit
	git archive --prefix=er-$(VERSION)/ HEAD | gzip -n9 > er-$(VERSION).tar.gz

compile_commands.json: ## for editors and clang-tidy
	$(Q){ sep='['; for f in $(foreach l,$(LAYERS),$(call srcs,$(l))) $(wildcard cmd/*/*.c); do \
	  printf '%s\n{"directory":"%s","file":"%s","arguments":["cc","-std=c17","-D_GNU_SOURCE","-Ilib","-I%s","-include","base/banned.h","-DER_VERSION=\"x\"","-DER_DATADIR=\"x\"","-DER_LIBEXECDIR=\"x\"","-c","%s"]}' \
	  "$$sep" "$$PWD" $$f $${f%/*} $$f; sep=,; done; echo ']'; } > $@

clean: ## remove everything that was built
	rm -rf build build-* er-*.tar.gz compile_commands.json

help: ## this list
	@awk -F':[^#]*## ' '/^[a-z._-]+:.*## /{printf "  %-22s %s\n",$$1,$$2}' Makefile

.PHONY: all deps deps-test deps-bench units helpers probes peers demo check check-slow check-layers check-headers check-pure check-banned \
	check-man check-units asan bench fuzz fuzzers lint man install uninstall installcheck dist clean help compile_commands.json

-include $(shell find $(O) -name '*.d' 2>/dev/null)
