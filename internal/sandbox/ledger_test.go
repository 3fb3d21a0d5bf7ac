package sandbox

import (
	"testing"
	"time"
)

// TestRemovedAfterMessage says when a deleted post counts as removed after a message.
func TestRemovedAfterMessage(t *testing.T) {
	const message, post, removal = "message", "post", "removal"
	cases := []struct {
		name  string
		order []string
		to    string
		want  int
	}{
		{"told, then removed", []string{post, message, removal}, "xiaolin", 1},
		{"removed before it was told", []string{post, removal, message}, "xiaolin", 0},
		{"told before the post", []string{message, post, removal}, "xiaolin", 0},
		{"somebody else was told", []string{post, message, removal}, "阿明", 0},
		{"told and kept", []string{post, message}, "xiaolin", 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			now := newClock()
			b := setup(t, Options{Now: now.now})
			var id StatusID
			for _, step := range c.order {
				now.t = now.t.Add(time.Second)
				switch step {
				case post:
					id = b.say(t, "xiaolin", "刷单返利")
				case message:
					b.agency.must(200, "POST", "/api/v1/statuses", values("status", "@"+c.to+" 提醒您", "visibility", "direct"))
				case removal:
					if err := b.m.Delete("xiaolin", id); err != nil {
						t.Fatal(err)
					}
				}
			}
			if got := b.m.Counts().RemovedAfter; got != c.want {
				t.Errorf("got %d, want %d", got, c.want)
			}
		})
	}
}

func TestDuplicatesNeedTheSameRecipientAndText(t *testing.T) {
	b := setup(t, Options{})
	for _, text := range []string{"@xiaolin 好", "@阿明 好", "@xiaolin 好。", "@xiaolin 好"} {
		b.agency.must(200, "POST", "/api/v1/statuses", values("status", text, "visibility", "direct"))
	}
	var nth []int
	for _, r := range b.m.Received() {
		nth = append(nth, r.Nth)
	}
	if len(nth) != 4 || nth[0] != 1 || nth[1] != 1 || nth[2] != 1 || nth[3] != 2 {
		t.Errorf("got %v, want only the last to be a second copy", nth)
	}
	if got := b.m.Counts(); got.Direct != 4 || got.Duplicates != 1 || got.Writes != 4 || got.Requests != 4 {
		t.Errorf("unexpected counts %+v", got)
	}
}

func TestPostsAndStatus(t *testing.T) {
	b := setup(t, Options{})
	gone, kept := b.say(t, "xiaolin", "一"), b.say(t, "xiaolin", "二")
	b.tell(t, "xiaolin", "悄悄")
	if err := b.m.Delete("xiaolin", gone); err != nil {
		t.Fatal(err)
	}
	if got := b.m.Posts("xiaolin"); len(got) != 1 || got[0].ID != kept {
		t.Errorf("unexpected posts %+v", got)
	}
	if s, ok := b.m.Status(gone); !ok || s.Deleted.IsZero() {
		t.Error("a deleted post left no trace")
	}
	if _, ok := b.m.Status("42"); ok {
		t.Error("found a post that never was")
	}
}
