-- A life belongs to one actor: (life, seq) is as unique as (actor, life, seq), and grows, so that the rows of a commit are put beside each other. For the tables made from now on,
-- by whichever program; each of them reads by actor, life and seq, for which this key does as well.
ALTER TABLE journal_template DROP CONSTRAINT journal_template_pkey;
ALTER TABLE journal_template ADD PRIMARY KEY (life, seq);
