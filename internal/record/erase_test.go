package record_test

import (
	"testing"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

func duty(id string) *record.Officer {
	return &record.Officer{Head: bots.Head{ID: id, State: record.OfficerActive}, Roles: []record.Role{record.Duty}}
}

func asked(t *testing.T) *bots.Conversation {
	t.Helper()
	c := &bots.Conversation{}
	if err := record.AskErase(c, duty("chen"), " 本人要求 ", time.Now()); err != nil || c.ForgetBy != "chen" || c.ForgetWhy != "本人要求" {
		t.Fatalf("%+v, %v", c, err)
	}
	return c
}

func TestPromise2_ErasingTakesTwoPeople(t *testing.T) {
	c := asked(t)
	if err := record.ConfirmErase(c, duty("chen"), record.Policy{}); refusal(err) != "two-people" {
		t.Errorf("the same person: %v", err)
	}
	if err := record.ConfirmErase(c, duty("lin"), record.Policy{}); err != nil {
		t.Errorf("a second one: %v", err)
	}
	if err := record.ConfirmErase(c, duty("chen"), record.Policy{OneOfficer: true}); err != nil {
		t.Errorf("a station of one: %v", err)
	}
}

func TestPromise15_WhatIsKeptWithAReasonIsNotErased(t *testing.T) {
	c := asked(t)
	c.Kept = "正在侦办"
	if err := record.ConfirmErase(c, duty("lin"), record.Policy{}); refusal(err) != "kept" {
		t.Errorf("confirmed: %v", err)
	}
	if err := record.AskErase(c, duty("lin"), "本人要求", time.Now()); refusal(err) != "kept" {
		t.Errorf("asked for: %v", err)
	}
}

func TestErasingNeedsAReasonARoleAndSomethingToErase(t *testing.T) {
	if err := record.AskErase(&bots.Conversation{}, duty("chen"), " ", time.Now()); refusal(err) != "reason" {
		t.Errorf("no reason: %v", err)
	}
	if err := record.AskErase(&bots.Conversation{}, volunteer(), "本人要求", time.Now()); refusal(err) != "role" {
		t.Errorf("a volunteer: %v", err)
	}
	gone := &bots.Conversation{Head: bots.Head{Erased: true}}
	if err := record.AskErase(gone, duty("chen"), "本人要求", time.Now()); refusal(err) != "erased" {
		t.Errorf("erased before: %v", err)
	}
	if err := record.ConfirmErase(&bots.Conversation{}, duty("lin"), record.Policy{}); refusal(err) != "not-asked" {
		t.Errorf("nobody asked: %v", err)
	}
}
