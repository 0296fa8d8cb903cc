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

comma   := ,
# One build folder per flag set: no stale objects.
O       ?= build$(if $(SANITIZE),-$(subst $(comma),-,$(SANITIZE)))$(if $(MUTATE),-mutate$(MUTATE))$(if $(filter clang%,$(CC)),-clang)
Q        = $(if $(V),,@)
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:

WARN     = -Wall -Wextra -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wwrite-strings \
           -Wpointer-arith -Wundef -Wshadow -Wformat=2 -Wno-format-nonliteral
HARDEN   = -fstack-protector-strong $(if $(SANITIZE),,-D_FORTIFY_SOURCE=2) -fPIE
CPPFLAGS_ALL = -std=c17 -D_GNU_SOURCE -Ilib -include base/banned.h \
           -DER_VERSION='"$(VERSION)"' -DER_DATADIR='"$(datadir)"' -DER_LIBEXECDIR='"$(libexecdir)"' \
           $(if $(MUTATE),-DER_MUTATE=$(MUTATE)) $(CPPFLAGS)
CFLAGS_ALL   = -O2 -g $(HARDEN) $(WARN) $(if $(WERROR),-Werror) \
           $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer) $(CFLAGS)
LDFLAGS_ALL  = -pie -Wl,-z,relro -Wl,-z,now -Wl,--as-needed $(if $(SANITIZE),-fsanitize=$(SANITIZE)) $(LDFLAGS)

PKG      = pkg-config
LIBS_CTL = $(shell $(PKG) --libs jansson libpcre2-8 libmd)
LIBS_ERD = $(LIBS_CTL) $(shell $(PKG) --libs libcurl libcrypto)
LIBS_CHECK = $(shell $(PKG) --libs check)

# A new module needs no edit here: folders are layers, lowest last for the linker.
LAYERS   = out engine spool model json base
obj      = $(patsubst %.c,$(O)/%.o,$(1))
srcs     = $(sort $(wildcard lib/$(1)/*.c lib/$(1)/*/*.c))
ARCHIVES = $(foreach l,$(LAYERS),$(O)/lib$(l).a)
# $(call below,spool): the archives a layer may use, itself first
below_base   = base
below_json   = json base
below_model  = model json base
below_engine = engine model json base
below_spool  = spool model json base
below_out    = out spool model json base
below_cmd    = $(LAYERS)
below    = $(foreach l,$(below_$(1)),$(O)/lib$(l).a)

ERCTL_OBJ = $(call obj,$(sort $(wildcard cmd/erctl/*.c)))
ERD_OBJ   = $(call obj,$(sort $(wildcard cmd/erd/*.c)))
# tests/unit/LAYER_NAME.c links LAYER and what lies below it
UNIT      = $(patsubst tests/unit/%.c,$(O)/unit/%,$(sort $(wildcard tests/unit/*_*.c)))

all: $(O)/erctl $(O)/erd $(O)/hook-receiver ## build erctl and erd

define archive
$(O)/lib$(1).a: $(call obj,$(call srcs,$(1)))
	$$(Q)rm -f $$@ && $$(AR) rcs $$@ $$^
endef
$(foreach l,$(LAYERS),$(eval $(call archive,$(l))))

$(O)/%.o: %.c
	@mkdir -p $(@D)
	$(if $(V),,@echo "  CC    $<";)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

$(O)/erctl: $(ERCTL_OBJ) $(call below,engine) $(call below,spool)
	$(if $(V),,@echo "  LINK  $@";)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $(ERCTL_OBJ) $(O)/libengine.a $(call below,spool) $(LIBS_CTL)

$(O)/erd: $(ERD_OBJ) $(ARCHIVES)
	$(if $(V),,@echo "  LINK  $@";)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $(ERD_OBJ) $(ARCHIVES) $(LIBS_ERD)

.SECONDEXPANSION:
$(O)/unit/%: $(O)/tests/unit/%.o $$(call below,$$(firstword $$(subst _, ,$$*)))
	@mkdir -p $(@D)
	$(if $(V),,@echo "  LINK  $@";)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $< $(call below,$(firstword $(subst _, ,$*))) $(LIBS_CHECK) \
	  $(if $(filter out cmd,$(firstword $(subst _, ,$*))),$(LIBS_ERD),$(LIBS_CTL))

-include $(shell find $(O) -name '*.d' 2>/dev/null)
