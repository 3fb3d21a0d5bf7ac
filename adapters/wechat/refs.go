package wechat

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"netpatrol/adapters"
)

// The platform has several kinds of ids that look alike, so a Ref of ours says which it is.
const (
	draftPrefix   = "draft:"   // media_id of a draft
	massPrefix    = "mass:"    // msg_id of a mass send
	publishPrefix = "publish:" // publish_id of a publishing job
	postPrefix    = "article:" // article_id of a published article
	dataPrefix    = "data:"    // msg_data_id and index of an article: what comments and figures go by
	commentPrefix = "comment:" // the same and user_comment_id
	replySuffix   = "/reply"   // our answer to that comment
	dayPrefix     = "day:"     // figures of the whole account on that day, YYYY-MM-DD
)

func massRef(msgID string) adapters.Ref     { return adapters.Ref(massPrefix + msgID) }
func draftRef(mediaID string) adapters.Ref  { return adapters.Ref(draftPrefix + mediaID) }
func publishRef(id string) adapters.Ref     { return adapters.Ref(publishPrefix + id) }
func postRef(articleID string) adapters.Ref { return adapters.Ref(postPrefix + articleID) }

// articleRef names one article of a mass send; index counts from 0.
func articleRef(dataID string, index int) adapters.Ref {
	return adapters.Ref(fmt.Sprintf("%s%s:%d", dataPrefix, dataID, index))
}

// id returns what follows prefix.
func id(ref adapters.Ref, prefix string) (string, bool) {
	rest, ok := strings.CutPrefix(string(ref), prefix)
	return rest, ok && rest != ""
}

// commentID is where a comment stands.
type commentID struct {
	data    int64
	index   int
	comment int64
}

func (c commentID) ref() adapters.Ref {
	return adapters.Ref(fmt.Sprintf("%s%d:%d:%d", commentPrefix, c.data, c.index, c.comment))
}

func parseComment(op string, ref adapters.Ref) (c commentID, err error) {
	rest, _ := id(ref, commentPrefix)
	if f := strings.Split(rest, ":"); len(f) == 3 {
		data, e1 := strconv.ParseInt(f[0], 10, 64)
		index, e2 := strconv.Atoi(f[1])
		comment, e3 := strconv.ParseInt(f[2], 10, 64)
		if errors.Join(e1, e2, e3) == nil {
			return commentID{data, index, comment}, nil
		}
	}
	return c, rejected(op, adapters.ScopeItem, errors.New("there is no comment of that id to answer"))
}

// text is an id that comes as a JSON string or number.
type text string

// UnmarshalJSON implements [json.Unmarshaler].
func (t *text) UnmarshalJSON(b []byte) error {
	var s string
	if json.Unmarshal(b, &s) == nil {
		*t = text(s)
		return nil
	}
	var n json.Number
	if err := json.Unmarshal(b, &n); err != nil {
		return err
	}
	*t = text(n.String())
	return nil
}

func or[S ~string](s, otherwise S) S {
	if s == "" {
		return otherwise
	}
	return s
}
