"""The tables of zones and schools, declared."""

from sim.agents.school import LAST_GRADE, LEVELS
from sim.agents.zone import FORMS
from sim.district.tables.schema import Column, Table, amount, text, whole, word, yes_no

NINE_YEAR = "nine_year"
GRADES = range(1, LAST_GRADE + 1)
CHINESE_DIGITS = "一二三四五六七八九"
LEVEL_WORDS = {
    LEVELS[0]: f"{LEVELS[0]} 小学 完全小学 小学部 primary_school",
    LEVELS[1]: f"{LEVELS[1]} 初中 初级中学 初中部 junior_high junior_school",
}

ZONES = Table(
    "zones",
    "学区",
    "a row a zone or education group",
    {
        "zone": text("学区 学区名称 集团 教育集团 zone_name", "name of the zone", needed=True, filled=True),
        "level": word(
            "学段 层次",
            LEVEL_WORDS,
            "level of its schools; empty: it may have both, and the model takes it as one zone of each, under one name",
        ),
        "form": word(
            "形式 类型 办学形式",
            {
                FORMS[0]: f"{FORMS[0]} 集团 教育集团 紧密型",
                FORMS[1]: f"{FORMS[1]} 学区",
                FORMS[2]: f"{FORMS[2]} 联盟 联盟校 松散型",
            },
            "close group, zone, or loose alliance; empty: zone",
        ),
        "lead_school": text(
            "牵头学校 牵头校 龙头学校 核心校", "name of its lead school, in place of yes in the column lead of schools"
        ),
        "birth_trend": amount(
            "入学人口年变化 入学人口年变化率", "share", -0.2, 0.2, "yearly change of children of entry age there"
        ),
        "seat_slack": amount("空余学位比例", "share", 0, 2, "places in the entry grade beyond today's entrants"),
    },
)


def _by_grade() -> dict[str, Column]:
    """Students, then classes, of each grade."""
    columns = {}
    for grade, digit in zip(GRADES, CHINESE_DIGITS, strict=True):
        names = f"{digit}年级 {digit}年级学生数 {digit}年级人数 grade{grade}"
        columns[f"grade_{grade}"] = whole(names, "students", 0, 10_000, f"students in grade {grade}")
    for grade, digit in zip(GRADES, CHINESE_DIGITS, strict=True):
        names = f"{digit}年级班数 {digit}年级班级数"
        columns[f"classes_{grade}"] = whole(names, "classes", 0, 500, f"classes in grade {grade}")
    return columns


SCHOOLS = Table(
    "schools",
    "学校",
    "a row a school; one of both levels has one row (nine_year), or one for each level under one name",
    {
        "school": text("学校 学校名称 校名 name school_name", "name of the school", needed=True, filled=True),
        "id": text(
            "学校代码 学校标识码 代码 code school_id",
            "code of the school, with its zeros in front; schools of one name are told apart by it",
        ),
        "zone": text(
            "学区 所属学区 所在学区 集团 所属集团", "name of its zone, as in zones; empty: in no zone", needed=True
        ),
        "level": word(
            "学段 办学类型 学校类型 学校类别 school_level",
            {**LEVEL_WORDS, NINE_YEAR: f"{NINE_YEAR} 九年一贯制 九年一贯制学校 九年制 nine-year"},
            "grades 1-6, 7-9, or both",
            needed=True,
        ),
        "students": whole(
            "学生数 在校生数 在校学生数 学生人数 在校生 enrolment enrollment pupils",
            "students",
            1,
            30_000,
            "in all grades; may be empty or left out where the grades, or the table of students, say it",
            needed=True,
            unless=(f"grade_{grade}" for grade in GRADES),
        ),
        "lead": yes_no("牵头学校 是否牵头 是否牵头学校 牵头校 龙头学校", "whether it leads its zone"),
        "private": yes_no(
            "民办 是否民办 办别 办学性质",
            "private school (民办): in no zone, and no lever acts on it",
            yes="民办 private",
            no="公办 public",
        ),
        "urban": yes_no(
            "城乡 城乡类型 城乡分类 是否城区",
            "in town or in the country",
            yes="城市 城区 城镇 县城 镇区 urban",
            no="农村 乡村 乡 村 rural",
        ),
        "classes": whole("班级数 班数 教学班 教学班数", "classes", 1, 1000, "in all grades"),
        "teachers": whole("教师数 专任教师 专任教师数 教师人数", "teachers", 1, 5000, "in post (专任教师)"),
        "above_degree": whole(
            "高于规定学历教师数 高于规定学历教师 高于规定学历 高学历教师数",
            "teachers",
            0,
            5000,
            "with more than the required degree (primary 专科+, junior 本科+)",
        ),
        "masters": whole(
            "研究生学历教师数 硕士教师数 硕士及以上", "teachers", 0, 5000, "with a master's degree or higher"
        ),
        "backbone": whole(
            "骨干教师 骨干教师数 县级以上骨干教师数 区级以上骨干教师数 县级以上骨干教师 区级以上骨干教师",
            "teachers",
            0,
            5000,
            "backbone teachers of district rank or higher",
        ),
        "pe_arts": whole(
            "体育艺术教师数 体育、艺术教师数 体艺教师数 体艺教师 音体美教师数",
            "teachers",
            0,
            5000,
            "of physical education, music and art",
        ),
        "teaching_area": amount(
            "教学及辅助用房面积 教学及辅助用房 教学辅助用房面积",
            "m2",
            0,
            1_000_000,
            "teaching and auxiliary rooms, in all",
        ),
        "sports_area": amount(
            "体育运动场馆面积 体育场馆面积 运动场馆面积 运动场地面积 体育运动场地面积",
            "m2",
            0,
            1_000_000,
            "sports grounds and halls, in all",
        ),
        "equipment": amount(
            "教学仪器设备值 教学仪器设备总值 仪器设备值 设备值",
            "yuan",
            0,
            2_000_000_000,
            "book value of teaching equipment, in all",
        ),
        "multimedia": whole(
            "网络多媒体教室数 网络多媒体教室 多媒体教室数 多媒体教室 multimedia_rooms",
            "rooms",
            0,
            2000,
            "networked multimedia classrooms",
        ),
        "x_km": amount("x east 东向距离", "km", -5000, 5000, "east of any origin"),
        "y_km": amount("y north 北向距离", "km", -5000, 5000, "north of it"),
        "longitude": amount("经度 lon lng", "degrees", -180, 180, "in place of x_km and y_km"),
        "latitude": amount("纬度 lat", "degrees", -90, 90, "in place of x_km and y_km"),
        **_by_grade(),
    },
)
