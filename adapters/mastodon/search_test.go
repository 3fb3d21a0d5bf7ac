package mastodon_test

import (
	"fmt"
	"testing"
	"time"

	"netpatrol/adapters"
)

func TestSearch_GoesOnWhereTheNewestWasDeletedMeanwhile(t *testing.T) {
	f := newFake()
	r := open(t, f, nil)
	began := time.Now().Add(-time.Hour)
	at := func(minute int, text string) adapters.Ref {
		return f.add(&post{author: aliceID, text: text, visibility: "public", created: began.Add(time.Duration(minute) * time.Minute)})
	}
	at(0, "刷单 旧")
	newest := at(1, "刷单 最新")
	first, err := r.caps.Watch.Poll(t.Context(), "search:刷单", "", 10)
	if err != nil || len(first.Items) > 0 {
		t.Fatalf("%+v, %v", first, err)
	}
	f.Delete(newest)
	fresh := at(2, "刷单 新")
	at(3, "别的")
	got, err := r.caps.Watch.Poll(t.Context(), "search:刷单", first.Next, 10)
	if err != nil || len(got.Items) != 1 || got.Items[0].Ref != fresh {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestSearch_WalksBackOverManyPages(t *testing.T) {
	f := newFake()
	r := open(t, f, nil)
	f.Write("search:e", "e 0")
	start, err := r.caps.Search.SearchPosts(t.Context(), "e", "", 10)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 130 {
		f.Write("search:e", fmt.Sprintf("e %d", i+1))
	}
	cur, n := start.Next, 0
	for more := true; more; {
		b, err := r.caps.Search.SearchPosts(t.Context(), "e", cur, 40)
		if err != nil {
			t.Fatal(err)
		}
		for _, in := range b.Items {
			if n++; in.Text != fmt.Sprintf("e %d", n) {
				t.Fatalf("item %d is %q", n, in.Text)
			}
		}
		cur, more = b.Next, b.More
	}
	if n != 130 {
		t.Errorf("%d posts of 130", n)
	}
}

func TestSearch_ForNothingIsRefused(t *testing.T) {
	r := open(t, newFake(), nil)
	for _, source := range []string{"search:", "search:  "} {
		if _, err := r.caps.Watch.Poll(t.Context(), source, "", 10); adapters.ClassOf(err) != adapters.Unsupported {
			t.Errorf("%q: %v, want class %q", source, err, adapters.Unsupported)
		}
	}
}
