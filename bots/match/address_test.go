package match

import "testing"

func TestAMentionIsFoundWhateverStandsBesideIt(t *testing.T) {
	a, err := NewAddresses(NewFolder(), map[string][]string{
		"haikou": {"海口网警", "@椰城网警", "haikoucyber"}, "sanya": {"三亚网警"},
	})
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]bool{
		"@海口网警 这是不是骗局":       true,
		"求助@海口网警快来看看":        true,
		"转发微博//@海口网警：已核实":    false, // a repost of ours
		"＠海口网警你好":            true,
		"@海口網警 救命":           true,
		"@ 海口网警":             true,
		"@海\u200b口网警在吗":      true,
		"@椰城网警，我被骗了":         true,
		"@HaikouCyber 骗子":    true,
		"@haikoucyber，骗子":    true,
		"@haikoucyberx 骗子":   false,
		"海口网警提醒大家不要转账":       false, // said about us, not to us
		"@三亚网警 这是不是骗局":       false,
		"":                   false,
		"\xff@海口网警\xff":      true,
		"电话13800138000@海口网警": true,
	} {
		if got := a.Names("haikou", text); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func TestANameThatIsNothingIsRefused(t *testing.T) {
	if _, err := NewAddresses(NewFolder(), map[string][]string{"a": {"\xff"}}); err == nil {
		t.Error("accepted")
	}
	if a, err := NewAddresses(NewFolder(), nil); err != nil || a.Names("a", "@海口网警") {
		t.Errorf("without names: %v", err)
	}
}
