package sandbox

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// stage is a platform with an agency and a seated script, inside a bubble.
func stage(t *testing.T, s Script) *Microblog {
	t.Helper()
	m := NewMicroblog(Options{})
	if _, _, err := m.AddAccount("海口网警", "海口网警", ""); err != nil {
		t.Fatal(err)
	}
	if err := s.Seat(m); err != nil {
		t.Fatal(err)
	}
	return m
}

// asAgency makes the agency write to somebody in private, as if through the API.
func asAgency(m *Microblog, to, text string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.publish(m.find("海口网警"), post{text: "@" + to + " " + text, visibility: Direct})
	m.receive(s, "", m.opts.Now())
}

func TestDemoScriptPlaysAWholeShift(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := DemoScript("海口网警")
		m := stage(t, s)
		ended := make(chan error, 1)
		start := time.Now()
		go func() { ended <- Run(t.Context(), m, s) }()
		time.Sleep(5 * time.Second) // of the bubble: all scenes are over
		for _, h := range []string{"xiaolin", "rijie_xiaozhu", "yecheng_guangbo"} {
			asAgency(m, h, "您好")
		}
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took != 5600*time.Millisecond {
			t.Errorf("the run took %s although no reaction was left", took)
		}
		var deeds []string
		for _, a := range m.Actions() {
			deeds = append(deeds, a.From+" "+string(a.Kind))
		}
		want := []string{
			"amei say", "xiaolin tell", "rijie_xiaozhu say", "laowang say", "chen_ayi say", "xiaozhou say", "yecheng_guangbo say",
			"xiaolin follow", "xiaolin tell", "rijie_xiaozhu delete", "yecheng_guangbo tell",
		}
		if d := cmp.Diff(want, deeds); d != "" {
			t.Error(d)
		}
		if got := m.RemovedAfterMessage(); len(got) != 1 || got[0].From != "rijie_xiaozhu" {
			t.Errorf("posts removed after a message: %v", got)
		}
		if got := m.Counts(); got.Direct != 3 || got.Actions != 11 || got.RemovedAfter != 1 || got.Duplicates != 0 {
			t.Errorf("unexpected counts %+v", got)
		}
	})
}

func TestDemoCastCoversEveryRoleAndWatchedTag(t *testing.T) {
	s := DemoScript("海口网警")
	roles := map[Role]bool{}
	for _, c := range s.Citizens {
		roles[c.Role] = true
	}
	for _, r := range []Role{Victim, Asker, Scammer, RumourAuthor, Cautioner, VictimInPublic, Ordinary} {
		if !roles[r] {
			t.Errorf("nobody plays the %s", r)
		}
	}
	m := stage(t, s)
	for _, sc := range s.Scenes {
		if sc.Do != Said {
			continue
		}
		if _, err := m.Say(sc.Who, strings.ReplaceAll(sc.Text, "{agency}", s.Agency)); err != nil {
			t.Error(err)
		}
	}
	for _, a := range m.Actions() {
		onTag := slices.ContainsFunc(a.Tags, func(tag string) bool { return slices.Contains(DemoTags(), tag) })
		if !onTag && !slices.Contains(a.To, "海口网警") {
			t.Errorf("nobody would see %q", a.Text)
		}
	}
}

func TestRunLingersForLateMessages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := Script{Agency: "海口网警", Linger: time.Minute, Citizens: []Citizen{{Handle: "a"}}, Reactions: []Reaction{
			{Who: "a", From: "{agency}", On: "编号", Times: 2, After: time.Second, Do: []Act{{Do: Told, Text: "好"}}},
		}}
		m := stage(t, s)
		asAgency(m, "a", "编号 0，在开演以前")
		ended := make(chan error, 1)
		go func() { ended <- Run(t.Context(), m, s) }()
		synctest.Wait()
		asAgency(m, "a", "没有关键词")
		asAgency(m, "a", "编号 1")
		time.Sleep(50 * time.Second)
		asAgency(m, "a", "编号 2")
		asAgency(m, "a", "编号 3，多余")
		start := time.Now()
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		if got := m.Actions(); len(got) != 2 || time.Since(start) != time.Second {
			t.Errorf("got %d answers %s after the last message, want 2 after 1s", len(got), time.Since(start))
		}
		if got := m.Actions()[1]; got.InReplyTo == "" || got.To[0] != "海口网警" {
			t.Errorf("the answer answers nothing: %+v", got)
		}
	})
}

func TestRunEndsWhenNothingComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := DemoScript("海口网警").Scaled(0.5)
		m := stage(t, s)
		start := time.Now()
		if err := Run(t.Context(), m, s); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took != 16800*time.Millisecond {
			t.Errorf("took %s, want half of 3.6s and 30s", took)
		}
	})
}

func TestRunReportsWhatWentWrong(t *testing.T) {
	cases := []struct {
		name string
		act  Act
		want error // nil: any error
	}{
		{"unknown citizen", Act{Who: "nobody", Do: Said, Text: "x"}, ErrNoAccount},
		{"unknown recipient", Act{Who: "a", Do: Told, To: "nobody", Text: "x"}, ErrNoAccount},
		{"unknown label", Act{Who: "a", Do: Deleted, Of: "nothing"}, nil},
		{"unknown deed", Act{Who: "a", Do: "dance"}, nil},
		{"empty text", Act{Who: "a", Do: Said}, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := Script{Citizens: []Citizen{{Handle: "a"}}, Scenes: []Scene{{Act: c.act}}}
			m := stage(t, s)
			if err := Run(t.Context(), m, s); err == nil || c.want != nil && !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

func TestRunStopsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := stage(t, DemoScript("海口网警"))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := Run(ctx, m, DemoScript("海口网警")); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
}

func TestSeatingTwiceFails(t *testing.T) {
	s := DemoScript("海口网警")
	m := stage(t, s)
	if err := s.Seat(m); !errors.Is(err, ErrTaken) {
		t.Errorf("got %v, want %v", err, ErrTaken)
	}
}
