package outbox

import (
	"context"
	"errors"
	"testing"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

func (p *platform) HandOver(ctx context.Context, at adapters.Attempt, c adapters.Package) (adapters.Receipt, error) {
	return p.hear(ctx, at, c.Code)
}

// aPackage is a package that was approved.
func aPackage() *record.Handoff {
	h := &record.Handoff{Head: bots.Head{ID: "h1", State: record.HandoffApproved}, Code: "ABCD2345", Revision: 1, Approver: "lin", Package: record.HandoffPackage{ToUnit: "美兰分局"}}
	h.Digest = h.Package.Digest()
	return h
}

func (w *world) handsOver(h *record.Handoff) error {
	w.accounts["wb"].hands = true
	return w.run().HandOver(w.t.Context(), "wb", h, h.Key("0123456789"), adapters.Package{Code: h.Code})
}

// A package reaches no citizen: not even a halt of everything is in its way.
func TestHandOver_GoesOnceUnderItsKey(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		w.put(&record.Halt{Head: bots.Head{ID: record.HaltID}, Level: record.HaltEverything})
		change(w, "wb", func(a *bots.Account) { a.State = string(bots.Live) })
		if err := w.handsOver(aPackage()); err != nil {
			t.Fatal(err)
		}
		if got := w.accounts["wb"].got; len(got) != 1 || got[0].Key != "ABCD2345-1-01234567" || got[0].Deadline.IsZero() {
			t.Errorf("%+v", got)
		}
	})
}

func TestPromise1_WhatNobodyApprovedIsNotHandedOver(t *testing.T) {
	changed, unapproved := aPackage(), aPackage()
	changed.Package.Reporter = "微博账号 @xiaoli"
	unapproved.Approver = ""
	for _, h := range []*record.Handoff{changed, unapproved} {
		in(t, func(t *testing.T, w *world) {
			change(w, "wb", func(a *bots.Account) { a.State = string(bots.Live) })
			if err := w.handsOver(h); !errors.Is(err, ErrNotApproved) || len(w.accounts["wb"].got) > 0 {
				t.Errorf("%v, %+v", err, w.accounts["wb"].got)
			}
		})
	}
}

func TestPromise7_NoPackageGoesToWhomNobodyVouchesFor(t *testing.T) {
	for name, give := range map[string]func(*bots.Account){
		"only observed": func(a *bots.Account) { a.State = string(bots.Observe) },
		"in doubt":      func(a *bots.Account) { a.State, a.Suspect = string(bots.Live), "another name" },
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T, w *world) {
				change(w, "wb", give)
				if err := w.handsOver(aPackage()); !errors.Is(err, ErrNotTrusted) || len(w.accounts["wb"].got) > 0 {
					t.Errorf("%v, %+v", err, w.accounts["wb"].got)
				}
			})
		})
	}
}

func TestHandOver_WithoutACourier(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		change(w, "wb", func(a *bots.Account) { a.State = string(bots.Live) })
		w.down["wb"] = true
		if err := w.handsOver(aPackage()); !errors.Is(err, ErrNoCourier) {
			t.Error(err)
		}
	})
}
