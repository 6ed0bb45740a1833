-- Sources of news and names of companies --------------------------------------------------------------------

create type news_kind as enum (
  'news',         -- journalists write there
  'social'        -- everybody writes there; never averaged with news
);

create type source_form as enum (
  'feed',         -- RSS or Atom
  'page'          -- an HTML page that lists stories, read with selectors
);

-- Where news is read; editable. A packaged source that nobody has edited follows the package.
create table news_sources (
  id              text primary key,
  name            text not null,
  packaged_url    text,                            -- refreshed at each scan; null: an operator's own source
  url             text,                            -- an operator's address, which counts instead
  kind            news_kind not null,
  form            source_form not null,
  selectors       jsonb,                           -- CSS selectors of a page
  weight          double precision not null check (weight between 0 and 1),
  active          boolean not null default true,
  etag            text,                            -- what the server said of the answer read last
  last_modified   text,
  last_attempt_at timestamptz,
  last_success_at timestamptz,
  last_error      text,                            -- the last failure in words; kept after a success, see last_error_at
  last_error_at   timestamptz,
  last_items      integer,                         -- items of the last reading that brought any answer but "unchanged"
  last_rejects    integer,                         -- and those of them that could not be used
  filled_at       timestamptz,                     -- when its archive was read; null: not yet, or it has none
  updated_by      text,                            -- null: as packaged
  updated_at      timestamptz not null default clock_timestamp(),
  removed_at      timestamptz,                     -- taken away by an operator; a packaged one would else come back
  check (packaged_url is not null or url is not null),
  check (form <> 'page' or selectors is not null)
);

-- Names by which texts call a listing; editable. The tickers * and - stand for the market and for nothing.
create table company_aliases (
  id            bigint generated always as identity primary key,
  ticker        text not null,
  alias         text not null,
  kind          text not null,
  needs_context boolean not null,
  note          text not null default '',
  updated_by    text,                              -- null: as packaged
  updated_at    timestamptz not null default clock_timestamp(),
  removed_at    timestamptz,
  unique (ticker, alias)
);

-- Articles ------------------------------------------------------------------------------------------------------

create type text_language as enum ('fr', 'ar', 'tn-arabic', 'tunizi', 'mixed', 'other');
create type sentiment_label as enum ('positive', 'neutral', 'negative');
create type decided_by as enum (
  'lexicon',
  'blend',        -- the lexicon and the classifier that readers' labels trained
  'reader',       -- an analyst's own label
  'platform'      -- the platform's sentiment service
);
create type sentiment_origin as enum (
  'own',          -- read and scored here
  'platform'      -- taken over from the platform's sentiment service
);

-- Each story or post once. Never deleted: a later judgement of a listing rests on what was known of it.
create table articles (
  id            bigint generated always as identity primary key,
  canonical_url text not null unique check (octet_length(canonical_url) <= 2000),
  url           text not null,                     -- as the source gave it first
  title         text not null,
  summary       text not null,
  author        text,
  published_at  timestamptz,                       -- null: the source gave no date, or one that cannot be true
  first_seen_at timestamptz not null,
  dated_at      timestamptz not null generated always as (coalesce(published_at, first_seen_at)) stored,
  day           date not null,                     -- of dated_at, in TIMEZONE
  source_id     text references news_sources,      -- null: the platform's
  source_name   text not null,
  kind          news_kind not null,
  origin        sentiment_origin not null default 'own',
  language      text_language not null,
  folded        text not null,                     -- title and summary without case and accents, for the search
  market        boolean not null,                  -- it speaks of the whole market
  -- The first article of near-duplicate titles; its own id where it stands alone.
  story_id      bigint not null references articles deferrable initially deferred,
  read_with     text not null,                     -- digest of the names that were looked for
  run_id        uuid
);
-- The newest articles, for the page and the daily scores.
create index articles_by_time on articles (dated_at desc, id desc);
create index articles_by_day on articles (day);
create index articles_by_story on articles (story_id);

create table article_mentions (
  article_id bigint not null references articles on delete cascade,
  isin       text not null references listings,
  words      text not null,                        -- as they stand in the text, at the first mention
  times      integer not null check (times > 0),
  primary key (article_id, isin)
);
-- A listing's articles.
create index article_mentions_by_listing on article_mentions (isin, article_id);

-- What was found of an article's tone, and a reader's own label, which a new scoring never touches.
create table article_sentiments (
  article_id   bigint primary key references articles on delete cascade,
  score        double precision not null check (score between -1 and 1),
  label        sentiment_label not null,
  confidence   double precision not null check (confidence between 0 and 1),
  decided_by   decided_by not null check (decided_by <> 'reader'),
  words        jsonb not null default '[]',        -- [{"text", "weight", "note"}]: the words that decided
  scored_with  text not null,                      -- digest of the lexicons, and of the model where one was blended in
  scored_at    timestamptz not null default clock_timestamp(),
  reader_label sentiment_label,
  reader_by    text,
  reader_at    timestamptz,
  check ((reader_label is null) = (reader_at is null))
);

-- The tone that counts: a reader's label outranks the engine's. Its score is the engine's where that has the
-- label's sign and is at least half, else half; a neutral one is 0.
create view article_tones as
select article_id,
  case reader_label
    when 'positive' then greatest(score, 0.5)
    when 'negative' then least(score, -0.5)
    when 'neutral' then 0
    else score end as score,
  coalesce(reader_label, label) as label,
  case when reader_label is null then confidence else 1 end as confidence,
  case when reader_label is null then decided_by else 'reader' end as decided_by,
  words, reader_by, reader_at, label as engine_label, score as engine_score
from article_sentiments;

-- Items of a source that could not be used; the same one seen again is counted. Old ones are cleaned up.
create table news_rejects (
  source        text not null,                     -- the source's id, or the platform's service
  digest        text not null,                     -- of reason and raw
  reason        text not null,
  raw           text not null check (length(raw) <= 2000),
  seen          bigint not null default 1,
  first_seen_at timestamptz not null default clock_timestamp(),
  last_seen_at  timestamptz not null default clock_timestamp(),
  last_run_id   uuid,
  primary key (source, digest)
);
create index news_rejects_by_time on news_rejects (last_seen_at);

-- What readers teach ----------------------------------------------------------------------------------------------

create type label_origin as enum (
  'page',         -- an analyst corrected an article
  'import'        -- a labelled file
);

-- One label a text: a later one replaces it.
create table sentiment_labels (
  id          bigint generated always as identity primary key,
  text        text not null,
  text_hash   text not null unique,                -- SHA-256 of the text, in hexadecimal
  label       sentiment_label not null,
  language    text_language,
  article_id  bigint references articles on delete set null,
  origin      label_origin not null,
  labelled_by text not null,
  labelled_at timestamptz not null default clock_timestamp()
);
create index sentiment_labels_by_time on sentiment_labels (labelled_at);
create index sentiment_labels_by_article on sentiment_labels (article_id) where article_id is not null;

-- Labels that were replaced, by whom and when they were given.
create table replaced_labels (
  id          bigint generated always as identity primary key,
  label_id    bigint not null references sentiment_labels on delete cascade,
  label       sentiment_label not null,
  origin      label_origin not null,
  labelled_by text not null,
  labelled_at timestamptz not null,
  replaced_at timestamptz not null default clock_timestamp()
);
create index replaced_labels_by_label on replaced_labels (label_id);

-- Classifiers trained on the labels. The content is numbers and texts, nothing that runs.
create table sentiment_models (
  id              bigint generated always as identity primary key,
  trained_at      timestamptz not null default clock_timestamp(),
  trained_by      text not null,
  labels          integer not null,
  f1_classifier   double precision not null,       -- macro-F1, cross-validated, all three on the same folds
  f1_lexicon      double precision not null,
  f1_blend        double precision not null,
  scores          jsonb not null default '{}',     -- the same by language, and what else was measured
  in_use          boolean not null,
  why             text not null,                   -- the sentence that says why it is in use, or not
  content         bytea not null,
  sha256          text not null,
  size            bigint not null
);
-- At most one model is blended in.
create unique index sentiment_models_in_use on sentiment_models (in_use) where in_use;
create index sentiment_models_by_time on sentiment_models (trained_at desc);

-- Daily sentiment -----------------------------------------------------------------------------------------------

-- The tone about a listing, or the market, on a day. No row: nothing was written.
create table daily_sentiments (
  isin         text references listings,           -- null: the market's mood
  day          date not null,
  kind         news_kind not null,
  origin       sentiment_origin not null,
  score        double precision not null check (score between -1 and 1),
  items        integer not null check (items > 0), -- stories, each once
  articles     integer not null check (articles >= items), -- their copies too
  positive     integer not null,
  neutral      integer not null,
  negative     integer not null,
  confidence   double precision not null check (confidence between 0 and 1),
  insufficient boolean not null,                   -- too few stories for the score to mean much
  computed_at  timestamptz not null default clock_timestamp(),
  run_id       uuid,
  unique nulls not distinct (isin, day, kind, origin)
);
-- The heatmap's days.
create index daily_sentiments_by_day on daily_sentiments (day);
