package bottest

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
)

// start is when every scene begins.
var start = time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)

// Transcripts plays the dialogues in the files that match glob and compares what the bot
// proposes with what stands below each line. Run the test with -update to write the
// present answers into the files; read the difference before you keep it.
//
//	== a title                      begins a scene with a fresh world
//	with: public-only officer warned   how the world is (see below)
//	message: 你好                    somebody writes privately
//	message +3m: 在吗                three minutes later
//	picture:                        a private message without text
//	follow:                         somebody follows the account
//	mention / post / comment / edited +1h by 李四: …   in public; edited changes the last post
//	mention same: …                 in the thread of the last post
//	refuted: 海口明天停水三天          a bulletin that is out says that this is false
//	found fraud: 招聘兼职…            a clue of this category is open
//	quiet +5s:                      nobody writes for five seconds: what the bot put off till then comes due
//	    Reply Template=…            what the bot proposes, indented
//	# a remark
//
// With public-only the account cannot write privately; with officer somebody has taken the
// conversation over; with warned a warning went to this person before.
func Transcripts(t *testing.T, glob string, b bots.Bot) {
	t.Helper()
	files, err := filepath.Glob(glob)
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts match %s (%v)", glob, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) { playFile(t, file, b) })
	}
}

// Turn is one event of a scene and what the bot proposed.
type Turn struct {
	Event   bots.Event
	Effects []bots.Effect
}

// Scene is a scene of a transcript, played.
type Scene struct {
	Title string
	Turns []Turn
}

// Scenes plays transcripts as [Transcripts] does and returns what happened, instead of comparing it.
func Scenes(t *testing.T, glob string, b bots.Bot) (all []Scene) {
	t.Helper()
	files, err := filepath.Glob(glob)
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts match %s (%v)", glob, err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range scenes(string(raw)) {
			st := one.stage(t, b)
			all = append(all, Scene{one.title, st.played})
		}
	}
	return all
}

func playFile(t *testing.T, file string, b bots.Bot) {
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for _, scene := range scenes(string(raw)) {
		t.Run(scene.title, func(t *testing.T) {
			got := scene.play(t, b)
			out.WriteString(got)
			if d := difference(scene.text, got); d != "" && !updating() {
				t.Errorf("%s, scene %q: %s", file, scene.title, d)
			}
		})
	}
	if updating() {
		if err := os.WriteFile(file, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// difference shows the first line that differs, with what was said before it. It is empty
// when there is none. (No diff library: this kit is for modules of others.)
func difference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	said := ""
	for i := range max(len(w), len(g)) {
		one, two := lineAt(w, i), lineAt(g, i)
		if one != two {
			return fmt.Sprintf("after %q\nwant %s\ngot  %s", said, one, two)
		}
		if !strings.HasPrefix(one, "    ") {
			said = one
		}
	}
	return ""
}

func lineAt(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "(nothing)"
}

// updating looks the flag up instead of declaring it, so that a package may declare it too.
func updating() bool {
	f := flag.Lookup("update")
	return f != nil && f.Value.String() == "true"
}

type scene struct{ title, text string }

func scenes(raw string) (all []scene) {
	for line := range strings.Lines(raw) {
		if title, ok := strings.CutPrefix(line, "== "); ok || len(all) == 0 {
			all = append(all, scene{title: strings.TrimSpace(title)})
		}
		all[len(all)-1].text += line
	}
	return all
}

// stage is a scene under way.
type stage struct {
	t     *testing.T
	b     bots.Bot
	w     *World
	now   time.Time
	turns int
	posts int
	out   strings.Builder

	played []Turn
}

const (
	accountID    = "weibo-city"
	conversation = "conversation/1"
)

func (s scene) play(t *testing.T, b bots.Bot) string { return s.stage(t, b).out.String() }

func (s scene) stage(t *testing.T, b bots.Bot) *stage {
	st := &stage{t: t, b: b, now: start, w: NewWorld(
		&bots.Account{Head: bots.Head{ID: accountID, State: string(bots.Live)}, Unit: "某市公安局网警支队", Names: []string{"网警"}, Staff: []string{"staff"}, Self: "self", Language: "zh-Hans", Lookable: true, Private: true},
		&bots.Conversation{Head: bots.Head{ID: conversation, Stream: conversation}, Account: accountID, Person: person("")},
	)}
	for line := range strings.Lines(s.text) {
		st.line(strings.TrimSuffix(line, "\n"))
	}
	return st
}

func (s *stage) line(line string) {
	if strings.HasPrefix(line, "    ") {
		return // what the bot proposed last time
	}
	s.out.WriteString(line + "\n")
	head, text, ok := strings.Cut(line, ":")
	switch {
	case line == "" || strings.HasPrefix(line, "#") || strings.HasPrefix(line, "== "):
	case !ok:
		s.t.Fatalf("%q is no line of a transcript: write \"message: …\"", line)
	case head == "with":
		s.set(strings.Fields(text))
	case head == "refuted":
		s.w.Put(&bots.Bulletin{Head: bots.Head{ID: "b1", State: bots.BulletinReleased, Updated: start.Add(-24 * time.Hour)}, Title: "网传消息不实",
			Refutes: &bots.Refutation{Claims: []string{strings.TrimSpace(text)}, Basis: "已核实"}})
	case strings.HasPrefix(head, "found "):
		s.w.Put(&bots.Clue{Head: bots.Head{ID: "c1", State: bots.ClueOpen}, Cluster: "c1", Category: bots.Category(strings.TrimPrefix(head, "found ")), Text: strings.TrimSpace(text)})
	case strings.HasPrefix(head, "quiet +"):
		s.quiet(s.duration(strings.TrimPrefix(head, "quiet +")))
	default:
		s.turn(strings.Fields(head), strings.ReplaceAll(strings.TrimSpace(text), `\n`, "\n"))
	}
}

func (s *stage) set(how []string) {
	for _, word := range how {
		switch word {
		case "public-only":
			s.w.records[bots.KindAccount][accountID].(*bots.Account).Private = false
		case "officer":
			s.w.records[bots.KindConversation][conversation].(*bots.Conversation).Officer = "officer-1"
		case "warned":
			s.w.Put(&bots.Warning{Head: bots.Head{ID: "w1", Stream: "post/1", State: bots.WarningSent}, Account: accountID})
			s.w.records[bots.KindConversation][conversation].(*bots.Conversation).Warning = "w1"
		default:
			s.t.Fatalf("with: %q is unknown; there are public-only, officer, warned", word)
		}
	}
}

func (s *stage) turn(head []string, text string) {
	e := s.event(head, text)
	s.w.Hear(e)
	s.decide(e, text)
}

// quiet lets time pass and plays what comes due in it, in order.
func (s *stage) quiet(d time.Duration) {
	until := s.now.Add(d)
	for {
		r, stream, ok := s.w.Due(s.b, until)
		if !ok {
			break
		}
		s.turns++
		s.now = r.Due
		s.decide(bots.Event{
			Head: bots.Head{ID: fmt.Sprintf("e%d", s.turns), Stream: stream}, Kind: bots.Reminded, Key: fmt.Sprint(s.turns), V: 1,
			Occurred: r.Due, Accepted: r.Due, Account: accountID, Body: &r,
		}, "")
	}
	s.now = until
}

func (s *stage) decide(e bots.Event, text string) {
	effects := Decide(s.t, s.b, e, s.w.Facts(s.b, e))
	s.w.Apply(s.b, e, effects)
	s.played = append(s.played, Turn{e, effects})
	shown := Print(text, effects)
	if shown == "" {
		shown = "-\n"
	}
	for line := range strings.Lines(shown) {
		s.out.WriteString("    " + line)
	}
}

// kinds are the words of a turn.
var kinds = map[string]bots.EventKind{
	"message": bots.MessageHeard, "picture": bots.MessageHeard, "mention": bots.MentionHeard,
	"press": bots.MenuPressed, "follow": bots.Followed, "post": bots.PostSeen, "comment": bots.CommentHeard, "edited": bots.PostEdited,
}

func (s *stage) event(head []string, text string) bots.Event {
	kind, ok := kinds[head[0]]
	if !ok {
		s.t.Fatalf("%q is no kind of turn", head[0])
	}
	by, thread := "", adapters.Ref("")
	for i, word := range head[1:] {
		if after, ok := strings.CutPrefix(word, "+"); ok {
			s.now = s.now.Add(s.duration(after))
		}
		if word == "by" && i+2 < len(head) {
			by = head[i+2]
		}
		if word == "same" {
			thread = s.post()
		}
	}
	s.turns++
	ref := adapters.Ref(fmt.Sprintf("message/%d", s.turns))
	if kind != bots.MessageHeard && kind != bots.MenuPressed && kind != bots.Followed {
		if kind != bots.PostEdited {
			s.posts++
		}
		ref = s.post()
	}
	heard := &bots.Heard{Ref: ref, Thread: thread, From: person(by), Text: text}
	if kind == bots.MenuPressed { // press CHOICE: what the option says
		heard.Choice = head[1]
	}
	if head[0] == "picture" {
		heard.Media = []adapters.Media{{Type: "image/jpeg"}}
	}
	return bots.Event{
		Head: bots.Head{ID: fmt.Sprintf("e%d", s.turns), Stream: stream(kind, ref, by)}, Kind: kind, Key: fmt.Sprint(s.turns), V: 1,
		Occurred: s.now, Accepted: s.now, Account: accountID, Body: heard,
	}
}

// stream is as in the engine: what is addressed to us belongs to the conversation with its
// author, what was only seen to the post.
func stream(kind bots.EventKind, ref adapters.Ref, by string) string {
	if kind == bots.PostSeen || kind == bots.PostEdited {
		return string(ref)
	}
	if by == "" {
		return conversation
	}
	return "conversation/" + by
}

func (s *stage) post() adapters.Ref { return adapters.Ref(fmt.Sprintf("post/%d", s.posts)) }

func (s *stage) duration(word string) time.Duration {
	d, err := time.ParseDuration(word)
	if err != nil {
		s.t.Fatalf("+%s: %v", word, err)
	}
	return d
}

func person(name string) adapters.Person {
	if name == "" {
		return adapters.Person{ID: "p1", Handle: "zhangsan", Name: "张三"}
	}
	return adapters.Person{ID: name, Handle: name, Name: name}
}
